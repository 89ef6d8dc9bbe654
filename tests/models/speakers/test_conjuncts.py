import pytest

from inquit.models.speakers.conjuncts import split_conjuncts
from inquit.models.words import text_of
from tests.models.marked_names import read_marked, words_of
from tests.timing import takes_linear_time


@pytest.mark.parametrize(
    ("marked", "source", "parts"),
    [
        ("{L Iran} and {L Syria} said", "Iran and Syria", ["Iran", "Syria"]),
        ("{L Iran}, {L Russia} and {L Syria} said", "Iran, Russia and Syria", ["Iran", "Russia", "Syria"]),
        ("{P Dempsey} and his team said", "Dempsey and his team", ["Dempsey", "his team"]),
        ("{P Ann Lee}, an author and critic, said", "Ann Lee, an author and critic", ["Ann Lee, an author and critic"]),
        ("{P Charlie Baker}, governor of {L Massachusetts} and a doctor, said", "Charlie Baker, governor of Massachusetts and a doctor", ["Charlie Baker, governor of Massachusetts and a doctor"]),
        ("doctors and nurses said", "doctors and nurses", ["doctors and nurses"]),
        ("{P Ann Lee} of {L Iowa} and {P Bob Ray} said", "Ann Lee of Iowa and Bob Ray", ["Ann Lee of Iowa", "Bob Ray"]),
        ("the leaders of {L Iran} and {L Syria} said", "the leaders of Iran and Syria", ["the leaders of Iran and Syria"]),
        ("Sens. {P Jon Roe} (D-Mont.) and {P Al Poe} (R-La.) said", "Jon Roe (D-Mont.) and Al Poe (R-La.)", ["Jon Roe", "Al Poe (R-La.)"]),
        ("{P Bob Roe}, R-Tenn., and {P Al Poe}, R-La., said", "Bob Roe, R-Tenn., and Al Poe, R-La.", ["Bob Roe", "Al Poe, R-La."]),
        ("{P Ann Lee}, the former judge, and Senator {P Bob Ray} of {L Ohio} said", "Ann Lee, the former judge, and Senator Bob Ray of Ohio", ["Ann Lee", "Senator Bob Ray of Ohio"]),
        ("Senator {P Ann Lee} of {L Iowa} and Senator {P Bob Ray} said", "Senator Ann Lee of Iowa and Senator Bob Ray", ["Senator Ann Lee of Iowa", "Senator Bob Ray"]),
        ("{P Ann Lee} and former governor {P Bob Ray} said", "Ann Lee and former governor Bob Ray", ["Ann Lee", "former governor Bob Ray"]),
        ("he and his allies said", "he and his allies", ["he", "his allies"]),
        ("both the candidate and her staff said", "both the candidate and her staff", ["the candidate", "her staff"]),
        ("politicians like {P Ann Lee} and {P Bob Ray} said", "politicians like Ann Lee and Bob Ray", ["politicians like Ann Lee and Bob Ray"]),
        ("the men and their dogs said", "the men and their dogs", ["the men and their dogs"]),
        ("{P Bob Roe}, R-Tenn., {P Al Poe} and {P Cy Fox} said", "Bob Roe, R-Tenn., Al Poe and Cy Fox", ["Bob Roe", "Al Poe", "Cy Fox"]),
        ("{O Google} and {O Goldman Sachs} said", "Google and Goldman Sachs", ["Google", "Goldman Sachs"]),
        ("{P Ann Lee}, a judge in {L Ohio} and longtime ally of Mr. {P Ray}, said", "Ann Lee, a judge in Ohio and longtime ally of Mr. Ray", ["Ann Lee, a judge in Ohio and longtime ally of Mr. Ray"]),
        ("{P Ann Lee}, an aide to {P Bob Ray} and {P Cy Fox}, said", "Ann Lee, an aide to Bob Ray and Cy Fox", ["Ann Lee, an aide to Bob Ray and Cy Fox"]),
        ("{P Ann Lee}, Gov. {P Bob Ray} and {P Cy Fox} said", "Ann Lee, Gov. Bob Ray and Cy Fox", ["Ann Lee", "Gov. Bob Ray", "Cy Fox"]),
        ("{P Ann Lee}, {L Ohio} Gov. {P Bob Ray} and {P Cy Fox} said", "Ann Lee, Ohio Gov. Bob Ray and Cy Fox", ["Ann Lee", "Ohio Gov. Bob Ray", "Cy Fox"]),
        ("The {O State Department}, the {O Pentagon} and the {O White House} declined", "The State Department, the Pentagon and the White House", ["The State Department", "the Pentagon", "the White House"]),
        ("{O Apple} CEO {P Tim Cook}, {O Google} chief {P Sundar Pichai} and {O Meta}'s {P Mark Zuckerberg} said", "Apple CEO Tim Cook, Google chief Sundar Pichai and Meta's Mark Zuckerberg", ["Apple CEO Tim Cook", "Google chief Sundar Pichai", "Meta's Mark Zuckerberg"]),
        ("{O Acme} head {P Ann Lee}, {P Lumos} chief {P Bob Ray} and former Ohio governor {P Cy Fox} said", "Acme head Ann Lee, Lumos chief Bob Ray and former Ohio governor Cy Fox", ["Acme head Ann Lee", "Lumos chief Bob Ray", "former Ohio governor Cy Fox"]),
        ("Sen. {P Ann Lee}, D-{L N.M.}, who chairs it, said", "Sen. Ann Lee, D-N.M., who chairs it", ["Sen. Ann Lee, D-N.M., who chairs it"]),
        ("{P Ann Lee}, the {O FBI} and {O CIA} liaison, said", "Ann Lee, the FBI and CIA liaison", ["Ann Lee, the FBI and CIA liaison"]),
        ("{P Ann Lee}, a {M Democrat}, and {P Bob Ray}, a {M Republican}, said", "Ann Lee, a Democrat, and Bob Ray, a Republican", ["Ann Lee, a Democrat", "Bob Ray, a Republican"]),
        ("{P Ann Lee}, representing {P Bob Ray} and {P Cy Fox}, said", "Ann Lee, representing Bob Ray and Cy Fox", ["Ann Lee, representing Bob Ray and Cy Fox"]),
        ("{P Rubio}, like {P Ann Lee}, 19, said", "Rubio, like Ann Lee, 19", ["Rubio, like Ann Lee, 19"]),
        ("{P Ann Lee}, the {O White House} counsel, and {P Bob Ray} said", "Ann Lee, the White House counsel, and Bob Ray", ["Ann Lee", "Bob Ray"]),
        ("{P Ann Lee}, {O Google} counsel for {P Bob Ray} and {P Cy Fox}, said", "Ann Lee, Google counsel for Bob Ray and Cy Fox", ["Ann Lee, Google counsel for Bob Ray and Cy Fox"]),
        ("candidates, including {P Ann Lee} and {P Bob Ray}, said", "candidates, including Ann Lee and Bob Ray", ["candidates, including Ann Lee and Bob Ray"]),
        ("{P Ann Lee}, who voted for {P Bob Ray} and {P Cy Fox}, said", "Ann Lee, who voted for Bob Ray and Cy Fox", ["Ann Lee, who voted for Bob Ray and Cy Fox"]),
        ("candidates, including {P Ann Lee}, {P Bob Ray} and {P Cy Fox}, said", "candidates, including Ann Lee, Bob Ray and Cy Fox", ["candidates, including Ann Lee, Bob Ray and Cy Fox"]),
        ("{P Ann Lee}, who backed {P Bob Ray}, {P Cy Fox} and {P Di Poe}, said", "Ann Lee, who backed Bob Ray, Cy Fox and Di Poe", ["Ann Lee, who backed Bob Ray, Cy Fox and Di Poe"]),
        ("{P Bob Roe}, R-Tenn. and {P Al Poe} said", "Bob Roe, R-Tenn. and Al Poe", ["Bob Roe", "Al Poe"]),
        ("{P Ann Lee}, mayor of {L Iowa} and {P Bob Ray}, mayor of {L Utah}, said", "Ann Lee, mayor of Iowa and Bob Ray, mayor of Utah", ["Ann Lee, mayor of Iowa", "Bob Ray, mayor of Utah"]),
        ("Neither {O Apple}, {O Google} nor {O Intel} said", "Neither Apple, Google nor Intel", ["Apple", "Google", "Intel"]),
        ("either {P Lee} or {P Ray} said", "either Lee or Ray", ["Lee", "Ray"]),
        ("{O Amazon}, {P Or Cohen} and {O Apple} said no", "Amazon, Or Cohen and Apple", ["Amazon", "Or Cohen", "Apple"]),
        ("{O Apple}, {O And Just Co} and {O Intel} said no", "Apple, And Just Co and Intel", ["Apple", "And Just Co", "Intel"]),
        ("{O Tesla} TSLA.O and {O Apple} AAPL.O said", "Tesla TSLA.O and Apple AAPL.O", ["Tesla", "Apple AAPL.O"]),
        ("{O Tesla} TSLA.O, {O Apple} AAPL.O and {O Intel} INTC.O said", "Tesla TSLA.O, Apple AAPL.O and Intel INTC.O", ["Tesla", "Apple", "Intel INTC.O"]),
        ("{O Tesla} TSLA.O or {O Apple} AAPL.O said", "Tesla TSLA.O or Apple AAPL.O", ["Tesla", "Apple AAPL.O"]),
        ("owners of {O Tesla} TSLA.O, {O Apple} AAPL.O and {O Intel} INTC.O said", "owners of Tesla TSLA.O, Apple AAPL.O and Intel INTC.O", ["owners of Tesla TSLA.O, Apple AAPL.O and Intel INTC.O"]),
        ("voters in {L Iowa}, {L Ohio} and {L Utah} said", "voters in Iowa, Ohio and Utah", ["voters in Iowa, Ohio and Utah"]),
        ("the bishops of {O Durham}, {L Ely} and {P Lincoln} said", "the bishops of Durham, Ely and Lincoln", ["the bishops of Durham, Ely and Lincoln"]),
        ("lawyers for {O Acme}, the {O Red Cross} and {O Initech} said", "lawyers for Acme, the Red Cross and Initech", ["lawyers for Acme, the Red Cross and Initech"]),
        ("{M Greek} voters in {L Iowa}, {L Ohio} and {L Utah} said", "Greek voters in Iowa, Ohio and Utah", ["Greek voters in Iowa, Ohio and Utah"]),
        ("the families of {P Ann Lee}, {P Bob Ray} and {P Cy Fox} said", "the families of Ann Lee, Bob Ray and Cy Fox", ["the families of Ann Lee, Bob Ray and Cy Fox"]),
        ("the head of {O NASA}, {P Ann Lee}, and {P Bob Ray} said", "the head of NASA, Ann Lee, and Bob Ray", ["the head of NASA, Ann Lee", "Bob Ray"]),
        ("the mayor of {L Paris}, {P Lee}, and {P Bob Ray} said", "the mayor of Paris, Lee, and Bob Ray", ["the mayor of Paris, Lee", "Bob Ray"]),
        ("{P Lee}, {P Ray} trade barbs", "Lee, Ray", ["Lee", "Ray"]),
        ("Neither {P Lee} nor {P Ray} denied it", "Neither Lee nor Ray", ["Lee", "Ray"]),
        ("Both {O Google} and {O Apple} denied it", "Both Google and Apple", ["Google", "Apple"]),
        ("{P Lee}, along with reporter {P Bob Ray}, wrote", "Lee, along with reporter Bob Ray", ["Lee", "reporter Bob Ray"]),
        ("Mr. {P Lee} and allies said", "Mr. Lee and allies", ["Mr. Lee", "allies"]),
        ("the Swiss {O People’s Party}, or {O SVP}, said", "the Swiss People’s Party, or SVP", ["the Swiss People’s Party, or SVP"]),
    ],
)  # fmt: skip
def test_joint_sources_are_split(marked: str, source: str, parts: list[str]) -> None:
    document, mentions = read_marked(marked)
    found = split_conjuncts(document, words_of(document, source), mentions)
    assert [text_of(document, *part) for part in found] == parts


@pytest.mark.parametrize("lead", ["", "the families of "])
def test_time_is_linear(lead: str) -> None:
    def split(marked: str) -> None:
        document, mentions = read_marked(lead + marked)
        split_conjuncts(document, (0, len(document.words)), mentions)

    assert takes_linear_time(split, "{P Lee}, ")
