"""Forenames that indicate a man or a woman: the most common ones in English-language news. Others indicate nothing."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum

from inquit.models.speakers.names import without_accents


class Gender(IntEnum):
    """A person's gender as the words of an article indicate it: titles, forenames, pronouns."""

    UNKNOWN = 0
    MALE = 1
    FEMALE = 2


_MALE = """
aaron abdul abraham adam adrian ahmed al alan albert alejandro alexander alexei alfred ali allen andre andreas andrew
andrzej andy anthony antoine antonio antony arjun arnold arthur arvind barack barry bashar ben benedict benjamin
bernard bernie bill billy bjorn bob bobby boris brad bradley brandon brendan brent brett brian bruce bryan calvin carl
carlos chad charles charlie chris christopher chuck clarence claude clive colin corey craig curtis cyril dan daniel
danny darren dave david dean dennis derek diego dmitry dominic don donald doug douglas dwight ed eddie edgar eduardo
edward edwin elijah emmanuel enrique eric erik ernest evan fabio felipe felix fernando francis francisco francois
frank franklin fred frederick fritz gabriel gareth gary gavin gene geoffrey george gerald gerard giovanni giuseppe
glenn gordon graham grant greg gregory guillermo gunther gustavo guy hamid hans harold harry harvey hassan heinz
helmut henry herbert hiroshi howard hugh hugo ian ibrahim igor imran isaac ivan jack jacob jacques jake jamal james
jan jared jason javier jay jeb jeff jeffrey jens jeremy jerome jerry jesse jim jimmy joachim joao joe joel john johnny
jon jonas jonathan jorge jose joseph joshua juan julian jurgen justin kareem karim karl keith ken kenji kenneth kevin
khalid klaus kofi kurt kwame kyle lance larry lars lawrence lee leo leon leonard lewis liam lindsey lloyd lorenzo
louis luca lucas luis luiz luke magnus mahmoud malcolm manuel marc marcelo marco marcus mario mark martin marvin mateo
mateusz matt matteo matthew maurice mauricio max michael miguel mike mikhail mitch mitt mohamed mohammad mohammed
mohan muhammad mustafa narendra nathan ned neil nicholas nick nicolas niels nigel nikolai nikos noah norman olaf
oliver olivier omar oscar oskar otto pablo pascal patrick paul pavel pedro pete peter phil philip phillip pierre piotr
rafael rahul rajesh ralph ramon rand raul ray raymond recep reza ricardo richard rick ricky rishi rob robby robert
roberto rod rodney rodrigo roger roland ron ronald ross roy rudy rupert russell ryan sadiq salman sam samuel sanjay
santiago scott sean sebastian sergei sergey sergio seth shane shaun sheldon shinzo sidney silvio simon stanley stefan
stefano stephen steve steven stuart sven tariq ted terrence terry theodore thierry thomas tim timothy tobias toby todd
tom tomas tommy tony travis trevor tyler umar vernon victor viktor vincent vladimir volodymyr walter warren wayne
wesley wilbur will william wolfgang xavier yuri yusuf yves zachary zoltan
"""
_FEMALE = """
abigail ada adele agnes aisha alexandra alice alicia alina alison amanda amber amelia amy ana andrea angela angelina
anita ann anna annalena anne annie anya april ariel ashley astrid audrey barbara beatrice beatriz becky bella beth
betsy betty beverly birgit bonnie brenda bridget brittany camille carla carly carmen carol caroline carolyn carrie
catherine cathy cecilia celia charlotte chelsea cheryl chiara christina christine cindy claire clara claudia colleen
condoleezza connie courtney crystal cynthia daisy dana daniela danielle dawn debbie deborah debra delphine denise
diana diane dilma donna dora doris dorothy edith elaine eleanor elena elif elin elizabeth ella ellen elsa emily emine
emma erica erin esther eva eve evelyn fatima fatou fiona florence frances francesca freya gabriela gail gemma
genevieve georgia gertrude ghazala gillian gina giorgia giulia gloria grace greta gwen hannah harriet heather heidi
helen hilary hillary hope huma ida imogen ines ingrid irene iris isabel isabella isabelle ivana ivanka jacinda jackie
jacqueline jane janet janice jean jeanne jen jennifer jenny jessica jill joan joanna joanne jocelyn josefina josephine
joy joyce juanita judith judy julia julie june kamala karen karin katarina kate katherine kathleen kathryn kathy katie
katja katrina kayla keiko kellyanne kim kimberly kirsten kristen kristin laila laura lauren leah leila lena leslie
lila lillian lily linda lisa liz lois loretta lori louise lucia lucie lucy lydia lynn magdalena maggie malala marcela
marcia margaret margot maria marianne marie marilyn marina marine marissa marjorie marsha marta martha mary maureen
maya megan megyn melania melanie melissa mercedes meredith mette mia michaela michele michelle mildred miriam molly
monica monika nadia nadine nancy naomi natalia natalie natasha nicola nicole nina nora norma olena olga olivia pam
pamela paola patricia patty paula pauline peggy penny phyllis priti priya rachel rania rebecca rekha renee rhonda rita
roberta robin rosa rosalind rose rosemary roxanne ruth sabrina sally samantha sandra sanna sara sarah sharon sheila
shelly sherry shirley silvia simone sofia sonia sonya sophia sophie stacey stella stephanie sue susan suzanne svetlana
sylvia tamara tammy tanya tara tatiana teresa theodora theresa tiffany tina tracy uma ursula valerie vanessa vera
veronica victoria violet virginia vivian wanda wendy whitney yasmin yolanda yulia yvette yvonne zainab zoe
"""
_GENDERS = dict.fromkeys(_MALE.split(), Gender.MALE) | dict.fromkeys(_FEMALE.split(), Gender.FEMALE)


def gender_of_name(tokens: Sequence[str]) -> Gender:
    """The gender that a full name's forename indicates; a single word indicates none, as it may be a surname.

    >>> gender_of_name(("hillary", "rodham", "clinton")).name, gender_of_name(("clinton",)).name
    ('FEMALE', 'UNKNOWN')
    """
    return _GENDERS.get(tokens[0], Gender.UNKNOWN) if len(tokens) > 1 else Gender.UNKNOWN


def gender_of_forename(forename: str) -> Gender:
    """The gender that a word indicates if it is a forename."""
    return _GENDERS.get(without_accents(forename.lower()), Gender.UNKNOWN)
