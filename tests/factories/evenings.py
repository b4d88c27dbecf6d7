"""Evenings of a vote as traces: an ordinary one, and the one of Wrocław in 2025."""

from __future__ import annotations

from random import Random

from pb_portal.domain.fraud import Trace

FIRST_HOUR = 17


def wroclaw(chance: Random) -> list[Trace]:
    """320 votes from one address with 65 phones; 97 people of the same age in five hours."""
    made = []
    for number in range(320):
        same_age = number < 97
        hour = FIRST_HOUR + (number % 5 if same_age else chance.randrange(5))
        made.append(
            Trace(
                voter=f"bad{number}",
                hour=hour,
                address="bad-address",
                network="bad-network",
                device=f"bad-device{number % 12}",
                phone=f"bad-phone{number % 65}",
                year=1958 if same_age else chance.randint(1940, 2008),
                bucket=0 if number % 4 == 0 else 1,
                how="phone",
            )
        )
    return made


def ordinary_evening(chance: Random, voters: int) -> list[Trace]:
    """Households, a mobile network behind few addresses, offices, a dormitory and a library."""
    made: list[Trace] = []
    while len(made) < voters:
        _household(made, chance)
    for number in range(voters // 20):
        made.append(_alone(made, chance, f"office{number % 6}", f"office-net{number % 6}"))
    for number in range(voters // 15):
        born = chance.randint(2001, 2007)
        made.append(_alone(made, chance, f"dorm{number % 2}", "dorm-net", born=born))
    for number in range(min(voters // 40, 80)):
        made.append(_alone(made, chance, "library", "library-net", device=f"pc{number % 4}"))
    return made


def _household(made: list[Trace], chance: Random) -> None:
    size = chance.choice((1, 1, 1, 2, 2, 3, 4))
    home, mobile = f"home{len(made)}", chance.random() < 0.4
    phones = [f"{home}-phone{n}" for n in range(max(1, size - chance.randrange(2)))]
    shared = chance.random() < 0.3
    for number in range(size):
        address = f"nat{chance.randrange(8)}" if mobile else home
        made.append(
            Trace(
                voter=f"v{len(made)}",
                hour=_hour(chance),
                address=address,
                network=f"carrier{address[-1]}" if mobile else f"net{len(made) // 40}",
                device=f"{home}-device" if shared else f"{home}-device{number}",
                phone=phones[number % len(phones)],
                year=_year(chance),
                bucket=_bucket(chance),
                how="phone",
            )
        )


def _alone(
    made: list[Trace],
    chance: Random,
    address: str,
    network: str,
    *,
    device: str = "",
    born: int = 0,
) -> Trace:
    number = len(made)
    return Trace(
        voter=f"v{number}",
        hour=_hour(chance),
        address=address,
        network=network,
        device=device or f"device{number}",
        phone=f"phone{number}",
        year=born or _year(chance),
        bucket=_bucket(chance),
        how="phone",
    )


def _hour(chance: Random) -> int:
    return FIRST_HOUR + chance.choice((0, 1, 2, 2, 3, 3, 4, 5))


def _year(chance: Random) -> int:
    return int(min(2009, max(1930, chance.gauss(1983, 16))))


def _bucket(chance: Random) -> int:
    """Nobody's hand is faster than three seconds, but a page that was cut off may look so."""
    return 0 if chance.random() < 0.0005 else chance.choice((1, 2, 3, 3, 3, 4, 4))
