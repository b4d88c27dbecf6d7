"""Languages: which one a request speaks, and how numbers, money and dates are written in it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from flask import Flask, current_app, g, has_request_context, request
from flask_babel import Babel, get_locale, gettext, ngettext
from flask_babel import format_date as babel_date
from flask_babel import format_datetime as babel_datetime
from flask_login import current_user
from markupsafe import Markup

from pb_portal.db import ShownText
from pb_portal.domain.placeholders import is_placeholder, translate_placeholder
from pb_portal.web import clock

LOCALES = {"kk": "Қазақша", "ru": "Русский", "en": "English"}
COOKIE = "language"
ASKED = "portal.language"
"""Set on a request whose answer speaks the language that its sender prefers."""
NARROW = "\u202f"
_SIGNS = {"KZT": "₸", "EUR": "€", "PLN": "zł", "USD": "$", "HUF": "Ft", "CHF": "CHF"}
_DATE = {"kk": "yyyy 'ж'. d MMMM", "ru": "d MMMM yyyy", "en": "d MMMM yyyy"}
_WEEKDAY = {"kk": "yyyy 'ж'. d MMMM, EEEE", "ru": "EEEE, d MMMM yyyy", "en": "EEEE, d MMMM yyyy"}
_DAY = {"kk": "d MMMM", "ru": "d MMMM", "en": "d MMMM"}
_MILLION = {"kk": "млн", "ru": "млн", "en": "m"}
_BILLION = {"kk": "млрд", "ru": "млрд", "en": "bn"}


def choose_locale() -> str:
    """The forced language, else the cookie, the account's, the browser's, the default."""
    if not has_request_context():
        return str(getattr(g, "locale", "") or "en")
    request.environ[ASKED] = True
    chosen = getattr(g, "locale", "") or request.cookies.get(COOKIE, "")
    if chosen in LOCALES:
        return str(chosen)
    if current_user and current_user.is_authenticated:
        return str(current_user.locale)
    fallback = str(current_app.config["BABEL_DEFAULT_LOCALE"])
    return request.accept_languages.best_match(list(LOCALES)) or fallback


def language() -> str:
    """Code of the language being spoken."""
    known = g.get("_flask_babel") if g else None
    found = getattr(known, "babel_locale", None) or get_locale()
    return found.language if found else "en"


def local(texts: dict[str, str] | None) -> str:
    """The text in the current language, else in another that has it."""
    if not texts:
        return ""
    order = [language(), "ru", "kk", "en"]
    found = next((texts[code] for code in order if texts.get(code)), "")
    return translate_placeholder(found, order[0]) if found[:1] == "[" else found


def number(value: int | float) -> str:
    """An integer grouped by thousands with narrow no-break spaces."""
    return _number(value, language())


def _number(value: int | float, code: str) -> str:
    return f"{value:,}" if code == "en" else f"{value:,}".replace(",", NARROW)


def money(value: int | None, currency: str = "KZT", minor_units: int = 0) -> str:
    """A full amount: 92 300 000 ₸."""
    return "—" if value is None else _money(value, currency, minor_units, language())


@lru_cache(maxsize=20_000)
def _money(value: int, currency: str, minor_units: int, code: str) -> str:
    whole, rest = divmod(value, 10**minor_units)
    point = "." if code == "en" else ","
    cents = f"{point}{rest:0{minor_units}d}" if rest else ""
    return f"{_number(whole, code)}{cents}\u00a0{_SIGNS.get(currency, currency)}"


def money_short(value: int | None, currency: str = "KZT", minor_units: int = 0) -> str:
    """An amount to compare: 92,3 млн ₸."""
    return "—" if value is None else _money_short(value, currency, minor_units, language())


@lru_cache(maxsize=20_000)
def _money_short(value: int, currency: str, minor_units: int, code: str) -> str:
    whole = value // 10**minor_units
    for size, words in ((10**9, _BILLION), (10**6, _MILLION)):
        if whole >= size:
            tenths = (whole * 10 + size // 2) // size
            point = "." if code == "en" else ","
            text = _number(tenths // 10, code) + (f"{point}{tenths % 10}" if tenths % 10 else "")
            return f"{text}\u00a0{words[code]}\u00a0{_SIGNS.get(currency, currency)}"
    return _money(value, currency, minor_units, code)


def quantity(value: int | None) -> str:
    """A quantity in thousandths: 12500 → 12,5."""
    if value is None:
        return "—"
    whole, rest = divmod(value, 1000)
    point = "." if language() == "en" else ","
    return number(whole) + (f"{point}{rest:03d}".rstrip("0") if rest else "")


def day(value: date | datetime) -> str:
    """9 ноября (in the city's time zone); with its year where that is not the present one."""
    return str(babel_date(value, _pattern(value), rebase=isinstance(value, datetime)))


def _pattern(value: date | datetime) -> str:
    """How a day is written: a year that nobody would guess is never left out."""
    if isinstance(value, datetime):
        value = value.astimezone(clock.city_zone())
    return (_DAY if value.year == clock.today().year else _DATE)[language()]


def full_date(value: date | datetime | str | None) -> str:
    """9 ноября 2026; letters keep their dates as ISO text."""
    if value is None:
        return "—"
    if isinstance(value, str):
        value = date.fromisoformat(value)
    return str(babel_date(value, _DATE[language()], rebase=isinstance(value, datetime)))


def date_time(value: datetime | None) -> str:
    """9 ноября, 18:00; with its year where that is not the present one"""
    return "—" if value is None else str(babel_datetime(value, f"{_pattern(value)}, HH:mm"))


def full_moment(value: datetime) -> str:
    """9 ноября 2026, 18:00"""
    return str(babel_datetime(value, f"{_DATE[language()]}, HH:mm"))


def next_minute(value: datetime) -> str:
    """A moment from which on something works again, rounded up to a minute."""
    return date_time(value + timedelta(seconds=59, microseconds=999_999))


def last_day(value: datetime) -> str:
    """The end of a phase as people say it: midnight is the end of the day before."""
    before = _day_that_ends(value)
    return f"{day(before)}, 24:00" if before else date_time(value)


def _day_that_ends(value: datetime) -> date | None:
    """The day that ends at this moment, if it is a midnight of the city."""
    local_end = value.astimezone(clock.city_zone())
    if (local_end.hour, local_end.minute) != (0, 0):
        return None
    return date.fromordinal(local_end.date().toordinal() - 1)


def weekday_moment(value: datetime) -> str:
    """понедельник, 9 ноября 2026, 18:00: for what two people agree to"""
    return str(babel_datetime(value, f"{_WEEKDAY[language()]}, HH:mm"))


def weekday_day(value: date) -> str:
    """понедельник, 9 ноября 2026"""
    return str(babel_date(value, _WEEKDAY[language()], rebase=isinstance(value, datetime)))


def weekday_end(value: datetime) -> str:
    """The same for the end of a phase: midnight is the end of the day before."""
    before = _day_that_ends(value)
    if before is None:
        return weekday_moment(value)
    return f"{weekday_day(before)}, 24:00"


def days_left(value: datetime) -> int:
    """Whole days from now, today being 0, by the city's calendar."""
    end = value.astimezone(clock.city_zone()).date()
    return (end - clock.today()).days


def time_left(value: datetime) -> str:
    """What is left until an end that is exclusive: "6 days left", "today is the last day"."""
    days = days_left(value - timedelta(microseconds=1))
    if days < 0:
        return str(gettext("over"))
    if days == 0:
        return str(gettext("today is the last day"))
    return str(ngettext("%(days)d day left", "%(days)d days left", days, days=days))


def ago(value: datetime) -> str:
    """How long since, in days."""
    days = -days_left(value)
    if days <= 0:
        return str(gettext("today"))
    if days == 1:
        return str(gettext("yesterday"))
    return str(ngettext("%(num)d day ago", "%(num)d days ago", days))


def minutes_ago(value: datetime) -> str:
    """How long since, in minutes or hours."""
    minutes = max(0, int((clock.now() - value).total_seconds() // 60))
    if minutes < 1:
        return str(gettext("just now"))
    if minutes < 60:
        return str(ngettext("%(num)d minute ago", "%(num)d minutes ago", minutes))
    return str(ngettext("%(num)d hour ago", "%(num)d hours ago", minutes // 60))


def paragraphs(value: str) -> Markup:
    """Plain text as paragraphs; everything in it is escaped."""
    parts = [part.strip() for part in value.replace("\r", "").split("\n\n") if part.strip()]
    joined = (Markup("<br>").join(part.split("\n")) for part in parts)
    return Markup("").join(Markup("<p>{}</p>").format(part) for part in joined)


def named(value: Any) -> Any:
    """In place of a name or a text that is gone: words in the reader's language."""
    if type(value) is str and is_placeholder(value):
        return translate_placeholder(value, language())
    return value


def readable(value: Any) -> Any:
    """Data with the placeholders in it in the language being spoken, for files and feeds."""
    if isinstance(value, dict):
        return {name: readable(part) for name, part in value.items()}
    if isinstance(value, list):
        return [readable(part) for part in value]
    return named(value)


def init_app(app: Flask, **options: Any) -> None:
    """Attach Babel and the filters of templates."""
    Babel(app, locale_selector=choose_locale, **options)
    ShownText.language = staticmethod(language)
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.finalize = named
    app.jinja_env.filters.update(
        money=money,
        money_short=money_short,
        number=number,
        quantity=quantity,
        date=full_date,
        day=day,
        datetime=date_time,
        full_moment=full_moment,
        last_day=last_day,
        weekday_moment=weekday_moment,
        weekday_end=weekday_end,
        weekday_day=weekday_day,
        days_left=days_left,
        time_left=time_left,
        ago=ago,
        local=local,
        paragraphs=paragraphs,
    )
