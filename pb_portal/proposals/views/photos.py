"""Photos of today's state and sketches of the idea."""

from __future__ import annotations

from flask import Response, redirect, request
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from pb_portal.db import Missing, session, transaction
from pb_portal.domain.permissions import P
from pb_portal.domain.refusal import Refusal
from pb_portal.files.service import name_of, read_picture
from pb_portal.proposals import service
from pb_portal.proposals.models import Proposal
from pb_portal.proposals.service.pictures import LONGEST_CAPTION, MOST_PICTURES
from pb_portal.proposals.views.base import (
    Answer,
    blueprint,
    draft_page,
    onward,
    own_draft,
    step_url,
)
from pb_portal.web import clock, limits
from pb_portal.web.forms import Form
from pb_portal.web.guard import requires
from pb_portal.web.phrases import phrase, sentence
from pb_portal.web.storage import most_bytes, root

Errors = list[tuple[str, str]]


@blueprint.route("/drafts/<int:proposal_id>/photos", methods=["GET", "POST"])
@limits.visits("uploads", methods=["POST"], by_line=False)
@requires(P.RESIDENT)
def photos(proposal_id: int) -> Answer:
    """Add, describe and remove pictures."""
    proposal = own_draft(session(), proposal_id)
    if request.method == "GET":
        return _page(proposal, [], 200)
    wanted = request.form.get("do", "continue")
    chosen = [
        upload
        for upload in [
            *request.files.getlist("pictures"),
            *request.files.getlist("camera"),
        ]
        if upload.filename
    ]
    errors = _describe(proposal_id, wanted)
    errors += _add(proposal_id, chosen)
    proposal = own_draft(session(), proposal_id)
    if wanted == "add" and not chosen:
        errors.append((phrase("photos.none_chosen"), "pictures"))
    if errors:
        return _page(proposal, errors, 422)
    if wanted in ("continue", "later"):
        return onward("photos", proposal)
    return redirect(step_url(proposal, "photos"))


def _describe(proposal_id: int, wanted: str) -> Errors:
    """Keep the captions; remove the picture whose button was pressed."""
    errors: Errors = []
    removed = wanted.removeprefix("remove-") if wanted.startswith("remove-") else ""
    moved = wanted.partition("-")[2] if wanted.startswith(("earlier-", "later-")) else ""
    with transaction() as work:
        proposal = own_draft(work, proposal_id, lock=True)
        for picture in list(proposal.pictures):
            typed = request.form.get(f"caption_{picture.id}")
            if str(picture.id) == removed:
                service.remove_picture(work, clock.signature(), proposal, picture.id)
            elif str(picture.id) == moved:
                first = wanted.startswith("earlier-")
                service.move_picture(work, clock.signature(), proposal, picture.id, earlier=first)
            elif typed is not None and typed != picture.caption:
                _caption(work, proposal, picture.id, typed, errors)
    return errors


def _caption(
    work: Session, proposal: Proposal, picture_id: int, typed: str, errors: Errors
) -> None:
    try:
        service.describe_picture(work, clock.signature(), proposal, picture_id, typed)
    except Refusal as refusal:
        errors.append((sentence(refusal), f"caption_{picture_id}"))


def _add(proposal_id: int, uploads: list[FileStorage]) -> Errors:
    """Keep each picture that is one; a bad one does not take the good ones with it."""
    errors: Errors = []
    kind = "sketch" if request.form.get("kind") == "sketch" else "photo"
    room = MOST_PICTURES - len(own_draft(session(), proposal_id).pictures)
    for upload in uploads[:room]:
        try:
            picture = read_picture(upload.stream, most_bytes=most_bytes())
            with transaction() as work:
                proposal = own_draft(work, proposal_id, lock=True)
                service.add_picture(
                    work, clock.signature(), proposal, picture, root=root(), kind=kind
                )
        except Refusal as refusal:
            told = phrase("photos.one_refused", name=_name(upload), why=sentence(refusal))
            errors.append((told, "pictures"))
    if len(uploads) > room:
        left = phrase("photos.not_all", most=MOST_PICTURES, left=len(uploads) - room)
        errors.append((left, "pictures"))
    return errors


@blueprint.get("/drafts/<int:proposal_id>/pictures/<int:picture_id>")
@requires(P.RESIDENT)
def picture(proposal_id: int, picture_id: int) -> Response:
    """A picture of a draft, for everybody who writes it: its file is private to who added it."""
    draft = own_draft(session(), proposal_id)
    shot = next((one for one in draft.pictures if one.id == picture_id), None)
    content = root().get(name_of(shot.file)) if shot else None
    if shot is None or content is None:
        raise Missing("picture")
    answer = Response(content, mimetype=shot.file.media_type)
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _name(upload: FileStorage) -> str:
    return (upload.filename or "").rsplit("/", 1)[-1][:60]


def _page(proposal: Proposal, errors: Errors, status: int) -> Answer:
    return draft_page(
        "photos",
        proposal,
        status,
        form=Form(),
        errors=errors,
        most=MOST_PICTURES,
        longest_caption=LONGEST_CAPTION,
        megabytes=most_bytes() // (1024 * 1024),
    )
