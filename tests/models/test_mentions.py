import pytest

from inquit.models.words import text_of
from tests.models.marked_names import read_marked


@pytest.mark.parametrize(
    ("marked", "found"),
    [
        ("{P Viktor F.} {P Yanov} left.", ["Viktor F. Yanov"]),
        ("{P M}. {P Dane Yanov} left.", ["M. Dane Yanov"]),
        ("{P Viktor F} {M Yanov} left.", ["Viktor F Yanov"]),
        ("He met {P Viktor F.} and {P Ann Lee}.", ["Viktor F", "Ann Lee"]),
        ("{P Ann Lee} {P Bob Ray} left.", ["Ann Lee", "Bob Ray"]),
        ("{O Plan B.} {P Ann Lee} left.", ["Plan B", "Ann Lee"]),
        ("{P Marie-} {P Claire Dubois} left.", ["Marie", "Claire Dubois"]),
        ("{P Marie-}{P Claire Dubois} left.", ["Marie-Claire Dubois"]),
        ("{P Bram van der} {P Meer} left.", ["Bram van der Meer"]),
        ("the {P Lee}-{P Ann Ray} ticket", ["Lee", "Ann Ray"]),
        ("{P Marie}-{P Claire Dubois} left.", ["Marie-Claire Dubois"]),
        ("{P Bram van} der {P Meer} left.", ["Bram van der Meer"]),
        ("{P Ban} {P Ki-moon} left.", ["Ban Ki-moon"]),
        ("The {P King} met the {P Mayor}. {P King} met {P Ann Mayor}.", ["King", "Ann Mayor"]),
        ("{P Han Dong-hoon} met {P Yoon}.", ["Han Dong-hoon", "Yoon"]),
        ("{P Kim Min-seok} and {P Lee Jun-seok} left.", ["Kim Min-seok", "Lee Jun-seok"]),
        ("{P Lee Jae-}myung left. Then came {P Ann Lee-}", ["Lee Jae-myung", "Ann Lee"]),
        ("The {O state Board of Health} met.", ["Board of Health"]),
        (
            "An {M anti-Trump Republican} and {O al Qaeda}, in {O adidas America}.",
            ["anti-Trump Republican", "al Qaeda", "adidas America"],
        ),
        ("The {O Times newspaper} and {O Time magazine} wrote.", ["Times", "Time"]),
        ("The {O Lena Press news agency}; a {O Baton Rouge newspaper}.", ["Lena Press", "Baton Rouge newspaper"]),
        ("By {P Ann Lee}\n\n{P Ray} said no.", ["Ann Lee", "Ray"]),
        ("In the {L U.S.} {P Gil Kerr} left.", ["U.S", "Gil Kerr"]),
        ("In the U.S. {P Gil Kerr} left.", ["Gil Kerr"]),
        ("R. {P Gil Kerr} left.", ["R. Gil Kerr"]),
        ("He met Mr. {P Gil Kerr}.", ["Gil Kerr"]),
        ("{P Alderman} {P William Burns} left.", ["Alderman", "William Burns"]),
        ("{P William} {P Burns Hall} left.", ["William Burns Hall"]),
        ('{P Robert C.} "{P Bobby}" {P Scott} left.', ['Robert C. "Bobby" Scott']),
        ("{P Marcia} “Cia” Price left.", ["Marcia “Cia” Price"]),
        ('{P Marcia "}{P Cia" Price} left.', ['Marcia "Cia" Price']),
        ('{P Robert} "{P Bobby" Smith}-Jones left.', ['Robert "Bobby" Smith-Jones']),
        ("{P William} “Bill” Van Dyke left.", ["William “Bill” Van Dyke"]),
        ('{P Ann} "Annie" Van', ['Ann "Annie" Van']),
        ("Jean-{P Marc Ayrault} left.", ["Jean-Marc Ayrault"]),
        ("The Clinton-{P Kaine} ticket", ["Kaine"]),
        ("{P Park Geun-hye said Kim} left.", ["Park Geun-hye"]),
        ("{P Ann Lee - Bob}’s wife", ["Ann Lee"]),
        ("The {O nonpartisan Budget Office} met {O al Qaeda}.", ["Budget Office", "al Qaeda"]),
        ("The {O Court of Appeals for} the {O Sixth Circuit} met.", ["Court of Appeals for the Sixth Circuit"]),
        ("The {O Directorate of the} {O Ministry} met.", ["Directorate of the Ministry"]),
        ("The {O Tax Policy Center at} the {O Urban Institute} met.", ["Tax Policy Center", "Urban Institute"]),
        ("The {O Institute for} some.", ["Institute"]),
        ("{P Tom Lee QC} met {P Det Supt Ray} and {P Datuk Seri Anwar Ibrahim}.", ["Tom Lee", "Ray", "Anwar Ibrahim"]),
        ("{P MEP} {P Ann Lee} left.", ["Ann Lee"]),
        ("{O Moody}'s said so. {O Moody}'s rating, {O Acme}'s loss", ["Moody's", "Moody's", "Acme"]),
        ("{P Njuguna Ndung}'u left. {P Ann Lee}'d stay.", ["Njuguna Ndung'u", "Ann Lee"]),
        (
            "Marine {P Le Pen} met President {P Le Pen}. Ann. {P Van Dyke} left.",
            ["Marine Le Pen", "Le Pen", "Van Dyke"],
        ),
        ("In June {P Ben Carson} met {O TD} and {P Gagan KC}.", ["Ben Carson", "TD", "Gagan KC"]),
        ("{O Ford}'s told us. {O Ford} said so.", ["Ford", "Ford"]),
        ('{P Ann Lee} "Yes" {P Bob Ray}', ["Ann Lee", "Bob Ray"]),
        ('{P Ann Lee} "We agreed" said {P Bob Ray}', ["Ann Lee", "Bob Ray"]),
    ],
)
def test_a_name_is_whole_where_it_was_cut(marked: str, found: list[str]) -> None:
    document, mentions = read_marked(marked)
    assert [text_of(document, mention.start, mention.stop).rstrip(".") for mention in mentions] == found
