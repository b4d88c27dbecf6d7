"""Typing a batch with the number pad, and deciding what was read differently."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from pb_portal.db import session, transaction
from pb_portal.domain import polling
from pb_portal.domain.permissions import P
from pb_portal.domain.refusal import Conflict, Refusal
from pb_portal.proposals.models import Proposal
from pb_portal.voting.paper import queries, service
from pb_portal.voting.paper.forms import JudgeForm, KeyForm, PressForm
from pb_portal.voting.paper.models import Batch, Keying
from pb_portal.voting.paper.queries.batches import newest, typed_count
from pb_portal.voting.paper.service.scans import demand_worker
from pb_portal.voting.paper.views import blueprint
from pb_portal.voting.paper.views.batches import batch_page
from pb_portal.voting.paper.views.parts import WORDS, Answer, rules_of, shown
from pb_portal.web import clock
from pb_portal.web.guard import requires


@blueprint.post("/desk/polling/batches/<int:batch_id>/begin")
@requires(P.KEY_PAPER, fresh=True)
def begin(batch_id: int) -> Answer:
    """Take a round of this batch."""
    form = PressForm()
    try:
        with transaction() as work:
            service.take_round(work, clock.signature(), queries.lock_batch(work, batch_id))
    except Refusal as refusal:
        status = shown(form, refusal)
        return batch_page(batch_id, press=form), status
    return redirect(url_for(".key", batch_id=batch_id))


@blueprint.route("/desk/polling/batches/<int:batch_id>/key", methods=["GET", "POST"])
@requires(P.KEY_PAPER)
def key(batch_id: int) -> Answer:
    """Type one ballot after another; Enter goes on."""
    form = KeyForm()
    held = queries.get_batch(session(), batch_id)
    keyer = queries.find_keyer(held, clock.actor().person_id)
    if keyer is None or keyer.round > 2:
        return redirect(url_for(".batch", batch_id=batch_id))
    status = 422 if form.is_submitted() else 200
    if form.validate_on_submit():
        try:
            _type(batch_id, form)
            return redirect(url_for(".key", batch_id=batch_id))
        except Refusal as refusal:
            status = shown(form, refusal)
            held = queries.get_batch(session(), batch_id)
    return _key_page(held, form), status


def _type(batch_id: int, form: KeyForm) -> None:
    serial = polling.serial_of(form.serial.data)
    with transaction() as work:
        held = queries.lock_batch(work, batch_id)
        rules = rules_of(held.cycle)
        marks = polling.read_marks(form.marks.data, held.papers, rules.ballot_type)
        service.key_sheet(
            work, clock.signature(), held, rules, serial, marks, replace=form.replace.data
        )


def _key_page(held: Batch, form: KeyForm, press: PressForm | None = None) -> str:
    keyer = queries.find_keyer(held, clock.actor().person_id)
    assert keyer is not None
    return render_template(
        "voting/paper/key.html",
        batch=held,
        keyer=keyer,
        form=form,
        press=press or PressForm(formdata=None),
        kind=rules_of(held.cycle).ballot_type,
        typed=typed_count(session(), held.id, keyer.round),
        last=[_line(held, row) for row in newest(session(), held.id, keyer.round)],
        papers=papers_of(held),
        serial_code=polling.serial_code,
    )


def _line(held: Batch, row: Keying) -> tuple[str, str]:
    marks = polling.Marks(polling.Verdict(row.verdict), tuple(row.choices), tuple(row.points))
    return polling.serial_code(row.serial), told(held, marks)


def told(held: Batch, marks: polling.Marks | None) -> str:
    """Marks as one types them, or the word for a ballot that has none."""
    if marks is None:
        return ""
    if marks.verdict != polling.Verdict.VALID:
        return WORDS["verdict_word"](marks.verdict)
    return polling.typed(marks, held.papers)


def papers_of(held: Batch) -> list[Proposal]:
    """The proposals in the order in which they are printed."""
    found = (session().get(Proposal, one) for one in held.papers)
    return [one for one in found if one is not None]


@blueprint.post("/desk/polling/batches/<int:batch_id>/finish")
@requires(P.KEY_PAPER, fresh=True)
def finish(batch_id: int) -> Answer:
    """All ballots are typed, or all differences decided."""
    form = PressForm()
    try:
        with transaction() as work:
            held = queries.lock_batch(work, batch_id)
            keyer = queries.find_keyer(held, clock.actor().person_id)
            judging = held.state == polling.BatchState.KEYED_TWICE and (
                keyer is None or keyer.round == 3
            )
            act = service.finish_judging if judging else service.finish_round
            act(work, clock.signature(), held)
    except Refusal as refusal:
        status = shown(form, refusal)
        return batch_page(batch_id, press=form), status
    flash(_("Finished. Thank you."), "success")
    return redirect(url_for(".batch", batch_id=batch_id))


@blueprint.route("/desk/polling/batches/<int:batch_id>/compare", methods=["GET", "POST"])
@requires(P.KEY_PAPER, fresh=True)
def compare(batch_id: int) -> Answer:
    """Ballots that two people read differently, for a third who looks at the paper."""
    form, wrong, status = JudgeForm(), 0, 200
    if form.is_submitted():
        wrong, status = request.form.get("serial", type=int) or 0, 422
        if form.validate():
            try:
                _judge(batch_id, wrong, form)
                return redirect(url_for(".compare", batch_id=batch_id))
            except Refusal as refusal:
                status = shown(form, refusal)
    return _compare_page(batch_id, form, wrong), status


def _judge(batch_id: int, serial: int, form: JudgeForm) -> None:
    with transaction() as work:
        held = queries.lock_batch(work, batch_id)
        rules = rules_of(held.cycle)
        marks = polling.read_marks(form.marks.data, held.papers, rules.ballot_type)
        service.judge_sheet(work, clock.signature(), held, rules, serial, marks)


def _compare_page(batch_id: int, form: JudgeForm, wrong: int) -> str:
    held = queries.get_batch(session(), batch_id)
    keyer = queries.find_keyer(held, clock.actor().person_id)
    if held.state != polling.BatchState.KEYED_TWICE:
        raise Conflict("polling.batch_moved", state=held.state)
    if keyer is not None and keyer.round < 3:
        demand_worker(clock.signature(), held)
        return batch_page(batch_id)
    found = [
        (one.serial, *(told(held, marks) for marks in (one.first, one.second, one.third)))
        for one in queries.differences(session(), batch_id)
    ]
    return render_template(
        "voting/paper/compare.html",
        batch=held,
        found=found,
        left=sum(not third for *_rest, third in found),
        form=form,
        wrong=wrong,
        papers=papers_of(held),
        kind=rules_of(held.cycle).ballot_type,
        serial_code=polling.serial_code,
        press=PressForm(formdata=None),
    )
