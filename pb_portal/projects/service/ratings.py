"""What residents make of the finished thing: followers and neighbours, once each."""

from __future__ import annotations

from sqlalchemy.orm import Session

from pb_portal.audit import service as audit
from pb_portal.db import Missing, take_turn
from pb_portal.domain.permissions import P, demand, may
from pb_portal.domain.project_states import ProjectState
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.signature import Signature
from pb_portal.projects.models import Project, Rating
from pb_portal.projects.queries.voices import standing
from pb_portal.takedowns.service import hold
from pb_portal.word_list.service import check_words

MOST_STARS = 5


def rate(
    session: Session, by: Signature, project: Project, *, stars: int, comment: str = ""
) -> Rating:
    """Rate a completed project with one to five and a few words. Refuses who neither follows it
    nor lives in its district, who answers for it, and a second time."""
    demand(by.actor, P.COMMENT)
    assert by.actor.person_id is not None
    if project.status != ProjectState.COMPLETED:
        raise Refusal("rating.not_finished")
    if not 1 <= stars <= MOST_STARS:
        raise Refusal("rating.no_stars", field="stars")
    if may(by.actor, P.DELIVER, area_id=project.area_id):
        raise Refusal("rating.own_work")
    take_turn(session, f"rating of {project.id} by {by.actor.person_id}")
    known = standing(session, project, by.actor.person_id)
    if known.rated:
        raise Refusal("rating.once")
    if not known.near:
        raise Refusal("rating.not_near")
    rating = Rating(
        project_id=project.id,
        person_id=by.actor.person_id,
        stars=stars,
        comment=comment,
        at=by.at,
        hidden_reason="",
    )
    held = check_words(session, {"comment": comment})
    session.add(rating)
    session.flush()
    if held:
        hold(session, by, "rating", f"{project.id}:{by.actor.person_id}")
    audit.record(
        session,
        by,
        "project.rated",
        ("project", project.id),
        cycle_id=project.cycle_id,
        stars=stars,
    )
    return rating


def hide(
    session: Session, by: Signature, project: Project, person_id: int, *, reason: str
) -> Rating:
    """Hide the words of a rating with a reason; its stars count all the same. Without a reason
    the words are shown again."""
    demand(by.actor, P.MODERATE, area_id=project.area_id)
    rating = session.get(Rating, (project.id, person_id), with_for_update=True)
    if rating is None:
        raise Missing("rating")
    rating.hidden_at, rating.hidden_reason = (by.at if reason else None), reason
    audit.record(
        session,
        by,
        "rating.hidden" if reason else "rating.shown",
        ("project", project.id),
        cycle_id=project.cycle_id,
        reason=reason,
        person=person_id,
    )
    return rating
