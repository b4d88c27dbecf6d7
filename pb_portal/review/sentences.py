"""Sentences to begin with, in the author's language: the reviewer finishes them.

They are written to the author, so they speak the author's language and not the page's.
"""

from __future__ import annotations

from pb_portal.proposals.models import Proposal

Sentence = dict[str, str]

RETURNING: tuple[Sentence, ...] = (
    {
        "ru": "Добавьте фотографию места: по ней видно, что нужно сделать.",
        "kk": "Орынның фотосын қосыңыз: одан не істеу керегі көрінеді.",
    },
    {
        "ru": "Уточните место на карте: точка стоит не там, где адрес.",
        "kk": "Картадағы орынды нақтылаңыз: нүкте мекенжайға сәйкес келмейді.",
    },
    {
        "ru": "Уточните количество в смете: ",
        "kk": "Сметадағы мөлшерді нақтылаңыз: ",
    },
    {
        "ru": "Опишите подробнее, что предлагается сделать: ",
        "kk": "Не ұсынылатынын толығырақ жазыңыз: ",
    },
    {
        "ru": "Уберите из текста персональные данные: имена, телефоны, номера квартир.",
        "kk": "Мәтіннен жеке деректерді алып тастаңыз: аты-жөнін, телефонын, пәтер нөмірін.",
    },
)
ADMITTING: tuple[Sentence, ...] = (
    {
        "ru": "Место осмотрено: земля общего пользования, сетей нет, цены соответствуют каталогу.",
        "kk": "Орны қаралды: жер ортақ пайдалануда, желі жоқ, бағалар каталогқа сай.",
    },
)
REJECTING: dict[str, Sentence] = {
    "not_common_land": {
        "ru": "Участок не относится к местам общего пользования: ",
        "kk": "Бұл жер ортақ пайдалану орнына жатпайды: ",
    },
    "outside_area": {
        "ru": "Место находится за границей района: ",
        "kk": "Бұл орын аудан шекарасынан тыс жатыр: ",
    },
    "over_cap": {
        "ru": "Стоимость после проверки выше предела одной заявки: ",
        "kk": "Тексеруден кейінгі құны бір өтінім шегінен асады: ",
    },
    "design_only": {
        "ru": "Предлагаются только проектные работы, а на них деньги не даются.",
        "kk": "Тек жобалау жұмысы ұсынылған, ал оған қаржы бөлінбейді.",
    },
    "network_zone": {
        "ru": "Здесь проходит охранная зона инженерных сетей: ",
        "kk": "Мұнда инженерлік желілердің қорғау аймағы бар: ",
    },
    "already_planned": {
        "ru": "Эти работы уже есть в плане города: ",
        "kk": "Бұл жұмыс қала жоспарында бар: ",
    },
    "duplicate": {
        "ru": "То же самое предлагает заявка № ",
        "kk": "Дәл осыны мына өтінім ұсынады: № ",
    },
    "not_lawful": {
        "ru": "Предложенное противоречит закону: ",
        "kk": "Ұсынылған іс заңға қайшы: ",
    },
    "personal_data": {
        "ru": "В заявке остались персональные данные: ",
        "kk": "Өтінімде жеке деректер қалған: ",
    },
    "incomplete": {
        "ru": "После доработки в заявке всё ещё не хватает: ",
        "kk": "Пысықтаудан кейін де өтінімде мынау жетіспейді: ",
    },
}


def language_of(proposal: Proposal) -> str:
    """In which language to write to the author: the one of their letters, else the proposal's."""
    chosen = proposal.author.locale if proposal.author else proposal.language
    return chosen if chosen in {"kk", "ru"} else "ru"


def to_begin_with(language: str) -> dict[str, list[str]]:
    """Sentences for each decision, in a language."""
    return {
        "return": [one[language] for one in RETURNING],
        "admit": [one[language] for one in ADMITTING],
        "reject": [one[language] for one in REJECTING.values()],
    }
