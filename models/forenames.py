"""Forenames that tell he from she: the commonest of English-language news. An unknown name tells nothing."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum


class Gender(IntEnum):
    """What the words of an article say of a person: titles, forenames, pronouns."""

    UNKNOWN = 0
    MALE = 1
    FEMALE = 2


_MALE = """
aaron abdul abraham adam adrian ahmed al alan albert alejandro alexander alfred ali allen andre andrew andy anthony antonio
antony arnold arthur barack barry ben benjamin bernard bernie bill billy bob bobby boris brad bradley brandon brendan brent
brett brian bruce bryan calvin carl carlos chad charles charlie chris christopher chuck clarence colin corey craig curtis
dan daniel danny darren dave david dean dennis derek diego dmitry don donald doug douglas dwight ed eddie edgar eduardo
edward edwin elijah emmanuel eric ernest evan felix fernando francis francisco francois frank franklin fred frederick gary
gavin gene geoffrey george gerald giovanni glenn gordon graham grant greg gregory guy hans harold harry harvey hassan henry
herbert howard hugh ian ibrahim igor isaac ivan jack jacob jake jamal james jan jared jason javier jay jeb jeff jeffrey
jeremy jerome jerry jesse jim jimmy joe joel john johnny jon jonathan jorge jose joseph joshua juan julian justin karl keith
ken kenneth kevin khalid kurt kyle lance larry lars lawrence lee leo leon leonard lewis liam lindsey lloyd louis lucas luis
luke manuel marc marco marcus mario mark martin marvin matt matthew maurice max michael miguel mike mitch mitt mohamed
mohammad mohammed muhammad nathan ned neil nicholas nick nicolas noah norman omar oscar oliver otto pablo patrick paul pedro
pete peter phil philip phillip pierre rafael ralph rand ray raymond ricardo richard rick ricky rob robby robert roberto rod
rodney roger roland ron ronald ross roy rudy rupert russell ryan salman sam samuel scott sean sebastian sergei sergey seth
shane shaun sheldon sidney simon stanley stefan stephen steve steven stuart ted terrence terry theodore thomas tim timothy
tobias todd tom tommy tony travis trevor tyler vernon victor vincent vladimir walter warren wayne wesley wilbur will william
xavier yusuf zachary
"""
_FEMALE = """
abigail ada adele agnes alexandra alice alicia alison amanda amber amelia amy ana andrea angela angelina anita ann anna anne
annie april ariel ashley audrey barbara beatrice becky bella beth betsy betty beverly bonnie brenda bridget brittany camille
carla carly carmen carol caroline carolyn carrie catherine cathy cecilia celia charlotte chelsea cheryl christina christine
cindy claire clara claudia colleen condoleezza connie courtney crystal cynthia daisy dana danielle dawn debbie deborah
debra denise diana diane donna dora doris dorothy edith elaine eleanor elena elizabeth ella ellen elsa emily emma erica erin
esther eva eve evelyn fatima fiona florence frances gabriela gail georgia gertrude gina gloria grace greta hannah harriet
heather heidi helen hillary hope huma ida ines ingrid irene iris isabel isabella ivana ivanka jackie jacqueline jane janet
janice jean jeanne jen jennifer jenny jessica jill joan joanna jocelyn josephine joy joyce juanita judith judy julia julie
june karen kate katherine kathleen kathryn kathy katie katrina kayla keiko kellyanne kim kimberly kirsten kristen kristin
laila laura lauren leah lena leslie lila lillian lily linda lisa liz lois loretta lori louise lucia lucy lydia lynn maggie
marcia margaret maria marianne marie marilyn marina marissa marjorie marsha martha mary maureen maya megan megyn melania
melanie melissa mercedes meredith mia michele michelle mildred miriam molly monica nadia nancy naomi natalie natasha nicole
nina nora norma olga olivia pam pamela patricia patty paula pauline peggy penny phyllis priya rachel rebecca renee rhonda
rita roberta robin rosa rosalind rose rosemary roxanne ruth sabrina sally samantha sandra sara sarah sharon sheila shelly
sherry shirley sofia sonia sophia sophie stacey stella stephanie sue susan suzanne sylvia tamara tammy tanya tara teresa
theresa tiffany tina tracy ursula valerie vanessa vera veronica victoria violet virginia vivian wanda wendy whitney yasmin
yolanda yvette yvonne zoe
"""
_GENDERS = dict.fromkeys(_MALE.split(), Gender.MALE) | dict.fromkeys(_FEMALE.split(), Gender.FEMALE)


def gender_of_name(tokens: Sequence[str]) -> Gender:
    """What the forename of a full name says; a name of one word says nothing, it may be a surname.

    >>> gender_of_name(("hillary", "rodham", "clinton")).name, gender_of_name(("clinton",)).name
    ('FEMALE', 'UNKNOWN')
    """
    return _GENDERS.get(tokens[0], Gender.UNKNOWN) if len(tokens) > 1 else Gender.UNKNOWN


def gender_of_forename(forename: str) -> Gender:
    """What a word says that is known to be a forename, or may be one."""
    return _GENDERS.get(forename.lower(), Gender.UNKNOWN)
