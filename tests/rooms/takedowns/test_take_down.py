"""Taking something down: a phone number planted in everything a resident can publish is taken down
and then looked for in every table and on every page, as everybody, in every language."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import LargeBinary, String, cast, select, update

from pb_portal.db import Base, Missing
from pb_portal.domain.permissions import Role
from pb_portal.domain.phases import PhaseKind
from pb_portal.domain.placeholders import NAME_TAKEN_DOWN, TAKEN_DOWN
from pb_portal.domain.proposal_states import ProposalAction
from pb_portal.domain.refusal import Forbidden, Refusal
from pb_portal.files import service as files
from pb_portal.files.models import StoredFile
from pb_portal.outbox.models import Letter
from pb_portal.projects.models import (
    Issue,
    IssueStep,
    Project,
    ProjectDocument,
    ProjectPhoto,
    ProjectProposal,
    ProjectUpdate,
    Rating,
)
from pb_portal.proposals import queries, service
from pb_portal.proposals.models import (
    BlockedWord,
    EstimateLine,
    ProposalPicture,
    SaidWord,
)
from pb_portal.proposals.queries import Filters
from pb_portal.review.council.models import AgendaItem, CouncilMember, CouncilSitting
from pb_portal.review.models import CouncilDecision
from pb_portal.takedowns import service as takedowns
from pb_portal.takedowns.models import TakeDown
from pb_portal.takedowns.queries import tombstones
from pb_portal.takedowns.service.removal import texts_of
from pb_portal.web import storage
from tests.conftest import sign_in
from tests.factories import make_cycle, make_person, make_proposal, signed
from tests.factories.proposals import make_draft, picture_bytes
from tests.rooms.voting.test_sealed import addresses
from tests.unguarded import unguarded

PHONE = "87017654321"
WORDS = f"zhasyrynqoz {PHONE}"
PRIVATE = {"takedowns_takedown"}


@pytest.fixture
def moderator(session):
    return make_person(session, Role.MODERATOR)


def photo(session, person, name="ph.jpg"):
    picture = files.read_picture(picture_bytes(), most_bytes=10**6)
    return files.keep_picture(session, signed(person), picture, root=storage.root(), public=True)


@pytest.fixture
def planted(session, app):
    """A proposal sent twice and made a project, with the number in everything."""
    cycle = make_cycle(session, PhaseKind.DELIVERY, frozen=False, slug="planted")
    author = make_person(session, locale="ru")
    now = datetime.now(UTC)
    draft = make_draft(
        session,
        cycle,
        author,
        title=f"Title {WORDS}",
        problem=f"A problem for all of us {WORDS}",
        solution=f"A solution for all of us {WORDS}",
        address=f"Street {WORDS}",
        lines=[
            EstimateLine(
                title=f"Line {WORDS}", reason=WORDS, unit="piece", unit_price=1000, quantity=1000
            )
        ],
    )
    shot = ProposalPicture(file=photo(session, author), caption=WORDS, sort=1)
    draft.pictures.append(shot)
    by = signed(author)
    from pb_portal.proposals.service.submission import submit_numbered

    submit_numbered(session, by, draft)
    staff = make_person(session, Role.REVIEWER, Role.SECRETARY)
    service.change_status(session, signed(staff), draft, ProposalAction.TAKE, part="reviewer")
    service.change_status(
        session, signed(staff), draft, ProposalAction.RETURN, part="reviewer", reason="Say more"
    )
    copy = service.find_revision(session, draft.id)
    service.save_draft(session, by, copy, title=f"Another title {WORDS}")
    from pb_portal.proposals.service.revisions import take_over

    take_over(session, copy)
    service.index_words(draft)
    service.change_status(session, by, draft, ProposalAction.RESUBMIT, part="author")
    service.change_status(session, signed(staff), draft, ProposalAction.TAKE, part="reviewer")
    service.change_status(session, signed(staff), draft, ProposalAction.ADMIT, part="secretary")
    comment = service.add_comment(session, signed(author), draft, f"Comment {WORDS}")
    service.report_comment(
        session, signed(make_person(session)), comment.id, reason="other", text=WORDS
    )
    project = Project(
        number=4100, origin="participatory", cycle_id=cycle.id, proposal_id=draft.id,
        title=draft.title, summary=draft.solution, area_id=draft.area_id, address=draft.address,
        promised_sum=1000, promised_on=now.date(), due_on=now.date(), created_at=now,
        updated_at=now, status="completed", contract_sum=1000, contract_number="1",
        contract_on=now.date(), accepted_on=now.date(), contractor="C",
        contractor_bin="990140000017",
    )  # fmt: skip
    with unguarded(session, "projects_project", "projects_proposal"):
        session.add(project)
        session.flush()
        session.add(ProjectProposal(project_id=project.id, proposal_id=draft.id))
    before = ProjectPhoto(
        project_id=project.id, file_id=shot.file_id, stage="before", caption=WORDS, at=now
    )
    news = ProjectUpdate(
        project_id=project.id, author_id=staff.id, body=f"News {WORDS}", progress=10, at=now
    )
    session.add_all([before, news])
    session.flush()
    after = ProjectPhoto(
        project_id=project.id, file=photo(session, staff), update_id=news.id, stage="after",
        caption=WORDS, at=now,
    )  # fmt: skip
    issue = Issue(
        project_id=project.id, kind="defect", body=f"Defect {WORDS}", place=WORDS, photo_alt=WORDS,
        file=photo(session, author), reporter_id=author.id, at=now, due_on=now.date(),
        hidden_reason="",
    )  # fmt: skip
    issue.steps.append(IssueStep(kind="explained", body=f"Answer {WORDS}", at=now))
    rating = Rating(
        project_id=project.id, person_id=author.id, stars=5, comment=f"Rated {WORDS}", at=now,
        hidden_reason="",
    )  # fmt: skip
    stored = files.keep_document(
        session, signed(staff), files.Document(b"%PDF-1.4 %%EOF", "act.pdf"),
        root=storage.root(), public=True,
    )  # fmt: skip
    paper = ProjectDocument(project_id=project.id, file=stored, title=f"Act {WORDS}", at=now)
    member = CouncilMember(name="Aigul", joined_on=now.date())
    session.add_all([after, issue, rating, paper, member])
    session.flush()
    sitting = CouncilSitting(
        cycle_id=cycle.id, number="1", held_on=now.date(), place=f"Hall {WORDS}",
        chair_id=member.id, state="signed", opened_by=staff.id, opened_at=now, signed_by=staff.id,
        signed_at=now, protocol_digest="0" * 64,
        protocol={
            "cycle": cycle.names, "number": "1", "held_on": now.date().isoformat(),
            "place": f"Hall {WORDS}", "area": None, "chair": {"name": "Aigul", "office": ""},
            "secretary": "S", "present": [{"name": "Aigul", "office": ""}], "absent": [],
            "members": 1, "quorum": 1, "currency": "KZT", "minor_units": 0,
            "items": [{
                "proposal": draft.number, "title": draft.title, "language": "ru", "area": None,
                "author_cost": 1, "reviewed_cost": None, "outcome": "admit", "votes_for": 1,
                "votes_against": 0, "votes_abstained": 0, "conflicted": [], "grounds": [],
                "sentence": f"Admitted {WORDS}",
            }],
        },
    )  # fmt: skip
    sitting.items.append(
        AgendaItem(proposal_id=draft.id, sort=1, outcome="admit", sentence=f"Admitted {WORDS}")
    )
    session.add(sitting)
    session.flush()
    session.add(
        CouncilDecision(
            proposal_id=draft.id, secretary_id=staff.id, at=now, sitting_on=now.date(),
            protocol_number="1", votes_for=1, votes_against=0, outcome="admit",
            sentence=f"Admitted {WORDS}", sitting_id=sitting.id,
        )
    )  # fmt: skip
    session.flush()
    things = [
        ("proposal", draft.id), ("comment", comment.id), ("issue", issue.id),
        ("rating", f"{project.id}:{author.id}"), ("project_update", news.id),
        ("project_document", paper.id), ("protocol", sitting.id),
    ]  # fmt: skip
    return {
        "cycle": cycle,
        "proposal": draft,
        "author": author,
        "project": project,
        "things": things,
        "keys": [one.key for one in session.scalars(select(StoredFile))],
    }


def take(session, moderator, kind, thing, **values):
    told = {
        "category": "personal_data",
        "reason": "It named a phone",
        "note": "By letter",
        **values,
    }
    return takedowns.take_down(session, signed(moderator), kind, str(thing), **told)


def left_in_tables(session) -> list[str]:
    """Tables, other than the private record, that still hold the number."""
    session.flush()
    found = []
    for table in Base.metadata.sorted_tables:
        if table.name in PRIVATE:
            continue
        columns = [column for column in table.c if not isinstance(column.type, LargeBinary)]
        for row in session.execute(select(*(cast(column, String) for column in columns))):
            if PHONE in repr(tuple(row)):
                found.append(table.name)
    return sorted(set(found))


def test_nothing_of_it_is_left_in_any_table(session, planted, moderator):
    assert "proposals_version" in left_in_tables(session)
    for kind, thing in planted["things"]:
        take(session, moderator, kind, thing)
    assert left_in_tables(session) == []
    assert not session.scalars(select(SaidWord).where(SaidWord.word == "zhasyrynqoz")).all()


def test_what_was_moved_is_read_without_what_stayed_around_it(session, planted, moderator):
    kind, thing = planted["things"][0]
    texts = texts_of(take(session, moderator, kind, thing))
    assert any(PHONE in text for text in texts)
    assert not {"Aigul", "S", "ru", "KZT", "admit", f"Hall {WORDS}"} & set(texts)


@pytest.mark.parametrize("walker", ["visitor", "resident", "author", *[one.value for one in Role]])
def test_no_page_feed_or_file_shows_it_to(app, client, session, planted, moderator, walker):
    for kind, thing in planted["things"]:
        take(session, moderator, kind, thing)
    session.commit()
    if walker == "author":
        sign_in(client, planted["author"])
    elif walker != "visitor":
        sign_in(client, make_person(session, *([] if walker == "resident" else [walker])))
    cycle, proposal = planted["cycle"], planted["proposal"]
    paths = addresses(app, cycle, [proposal])
    paths += [
        path.replace(f"/projects/{proposal.number}", f"/projects/{planted['project'].number}")
        for path in paths
        if path.startswith(("/projects/", "/desk/projects/"))
    ]
    paths += [f"/c/{cycle.slug}/proposals?q={PHONE[:6]}", f"/c/{cycle.slug}/suggest?q=zhasyr"]
    opened = 0
    for path in sorted(set(paths)):
        answer = client.get(path)
        opened += answer.status_code == 200
        text = answer.get_data(as_text=True) if not answer.is_streamed else ""
        assert PHONE not in text and "zhasyrynqoz" not in text, (walker, path)
    for key in planted["keys"]:
        assert client.get(f"/files/{key}").status_code == 404, (walker, key)
    assert opened > 10


@pytest.mark.parametrize("locale", ["kk", "ru", "en"])
def test_a_tombstone_says_what_when_and_why_in_the_readers_language(
    client, session, planted, moderator, locale
):
    for kind, thing in planted["things"]:
        take(session, moderator, kind, thing)
    session.commit()
    cycle, proposal = planted["cycle"], planted["proposal"]
    for path in (
        f"/c/{cycle.slug}/proposals/{proposal.number}",
        f"/c/{cycle.slug}/proposals/{proposal.number}/versions",
        f"/projects/{planted['project'].number}",
    ):
        page = client.page(path, locale=locale)
        assert "It named a phone" in page and "[taken-down]" not in page, path
    for path in (f"/c/{cycle.slug}/proposals", "/projects", f"/c/{cycle.slug}/protocols/1"):
        answer = client.get(path, headers={"Cookie": f"language={locale}"})
        assert "[taken-down]" not in answer.get_data(as_text=True)
    listed = client.page(f"/c/{cycle.slug}/proposals", locale=locale)
    assert TAKEN_DOWN[locale] in listed
    feed = client.get(f"/projects/{planted['project'].number}/feed.atom?lang={locale}")
    assert "[taken-down]" not in feed.get_data(as_text=True)


def test_a_photo_goes_with_its_sizes_its_copies_and_its_owners_view(
    client, session, planted, moderator
):
    shot = planted["proposal"].pictures[0].file
    take(session, moderator, "proposal_photo", shot.id)
    session.commit()
    sign_in(client, planted["author"])
    assert client.get(f"/files/{shot.key}").status_code == 404
    assert not session.scalars(select(ProjectPhoto).where(ProjectPhoto.file_id == shot.id)).all()
    kept = client.get(f"/files/{planted['keys'][1]}")
    assert "immutable" not in kept.headers.get("Cache-Control", ""), "caches must come back"
    files.forget_unreferred(session, datetime.now(UTC) + timedelta(days=3))
    assert session.get(StoredFile, shot.id) is not None, "kept for the record"


def test_one_version_goes_and_the_others_stay(session, planted, moderator):
    first, second = queries.versions.versions_of(session, planted["proposal"].id)
    take(session, moderator, "proposal_version", first.id)
    assert PHONE not in json.dumps(first.content) and PHONE in json.dumps(second.content)
    assert PHONE in planted["proposal"].title


def test_what_was_taken_down_is_restored_whole_with_search(session, planted, moderator):
    proposal = planted["proposal"]
    title, lines = proposal.title, [line.title for line in proposal.lines]
    row = take(session, moderator, "proposal", proposal.id)
    asked = Filters(words="zhasyrynqoz")
    day = datetime.now(UTC).date()
    assert not queries.list_page(session, proposal.cycle_id, asked, day).cards
    takedowns.restore(session, signed(moderator), row.id)
    session.expire_all()
    assert proposal.title == title and [line.title for line in proposal.lines] == lines
    assert proposal.pictures[0].file.public and planted["project"].title.startswith("Another")
    found = queries.list_page(session, proposal.cycle_id, asked, day).cards
    assert [card.id for card in found] == [proposal.id]
    assert not row.content and tombstones(session, "proposal", proposal.id) == []


def test_erasing_leaves_nothing_and_cannot_be_undone(session, planted, moderator):
    row = take(session, moderator, "proposal", planted["proposal"].id, note="")
    stored = [taken.file_id for taken in row.files]
    names = takedowns.erase(session, signed(moderator), row.id)
    assert names and not row.content
    assert not session.scalars(select(StoredFile).where(StoredFile.id.in_(stored))).all()
    with pytest.raises(Refusal) as refused:
        takedowns.restore(session, signed(moderator), row.id)
    assert refused.value.code == "takedown.erased"


def test_only_who_may_takes_down_and_reads_and_it_is_recorded(client, session, planted):
    area = planted["proposal"].area
    other = make_cycle(session).areas[0].area
    for person in (
        make_person(session),
        planted["author"],
        make_person(session, Role.MANAGER),
        make_person(session, Role.MODERATOR, area=other),
    ):
        with pytest.raises(Forbidden):
            take(session, person, "proposal", planted["proposal"].id)
    row = take(session, make_person(session, Role.MODERATOR, area=area), "comment",
               dict(planted["things"])["comment"])  # fmt: skip
    session.commit()
    sign_in(client, make_person(session, Role.AUDITOR))
    closed = client.page(f"/desk/taken-down/{row.id}")
    assert f"Comment {WORDS}" not in closed
    record = f"/desk/taken-down/{row.id}"
    assert client.fill(f"{record}/open", at=record).status_code == 302
    assert f"Comment {WORDS}" in client.page(f"/desk/taken-down/{row.id}")
    sign_in(client, planted["author"])
    assert "taken_down" in client.get("/me/data.json").get_data(as_text=True)


def test_the_author_hears_and_objects_and_is_answered(client, session, planted, moderator):
    row = take(session, moderator, "comment", dict(planted["things"])["comment"])
    session.commit()
    letter = session.scalars(select(Letter).where(Letter.template == "taken_down")).one()
    assert letter.recipient == planted["author"].email and PHONE not in json.dumps(letter.data)
    sign_in(client, make_person(session))
    assert client.get(f"/my/taken-down/{row.id}").status_code == 404
    sign_in(client, planted["author"])
    assert client.fill(f"/my/taken-down/{row.id}", {"words": ""}).status_code == 422
    assert client.fill(f"/my/taken-down/{row.id}", {"words": "It is mine"}).status_code == 302
    with pytest.raises(Refusal):
        takedowns.answer_take_down(session, signed(planted["author"]), row.id, "Again")
    takedowns.decide_answer(session, signed(moderator), row.id, "It stays")
    assert session.scalars(select(Letter).where(Letter.template == "taken_down_upheld")).one()


def test_on_a_frozen_ballot_text_goes_and_number_price_and_state_stay(session, moderator):
    cycle = make_cycle(session, PhaseKind.VOTING)
    proposal = make_proposal(session, cycle, status="admitted", title=WORDS)
    figures = (proposal.number, proposal.price, proposal.status)
    take(session, moderator, "proposal", proposal.id)
    session.flush()
    session.refresh(proposal)
    assert (proposal.number, proposal.price, proposal.status) == figures
    assert proposal.title in TAKEN_DOWN.values() and proposal.problem == ""


def test_letters_on_their_way_and_in_the_box_forget_it(session, planted, moderator):
    letters = select(Letter).where(Letter.template == "proposal_step")
    assert any(PHONE in json.dumps(letter.data) for letter in session.scalars(letters))
    take(session, moderator, "proposal", planted["proposal"].id)
    session.expire_all()
    assert not any(PHONE in json.dumps(letter.data) for letter in session.scalars(letters))


def test_a_promised_line_is_renamed_by_a_take_down_alone(session, planted):
    from sqlalchemy.exc import DatabaseError

    from pb_portal.projects.models import ProjectLine

    line = ProjectLine(
        project_id=planted["project"].id, title={"ru": "Bench"}, unit="piece", unit_price=1,
        promised=1000,
    )  # fmt: skip
    session.add(line)
    session.flush()
    with pytest.raises(DatabaseError), session.begin_nested():
        session.execute(update(ProjectLine).values(title={"ru": "Tree"}))
    session.execute(update(ProjectLine).values(title={"ru": "[taken-down]"}))


@pytest.fixture
def listed_words(session):
    now = datetime.now(UTC)
    session.add_all(
        [
            BlockedWord(language="en", word="jerk", effect="refuse", added_at=now),
            BlockedWord(language="en", word="crook", effect="hold", added_at=now),
        ]
    )
    session.flush()


FIELDS: dict[str, dict[str, Any]] = {
    "title": {"title": "A {word} of a title"},
    "problem": {"problem": "A problem with a {word} in the yard"},
    "solution": {"solution": "A solution with a {word} in the yard"},
    "address": {"address": "{word} street"},
    "line": {"line": "{word}"},
    "reason": {"reason": "{word}"},
    "caption": {"caption": "{word}"},
}


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize(("word", "effect"), [("J.e.r.k", "refuse"), ("crooks", "hold")])
def test_the_list_of_words_guards_every_text_of_a_proposal(
    session, listed_words, field, word, effect
):
    cycle, author = make_cycle(session), make_person(session)
    values = {name: text.format(word=word) for name, text in FIELDS[field].items()}
    line = EstimateLine(
        title=values.pop("line", "Bench"), reason=values.pop("reason", "none"), unit="piece",
        unit_price=1000, quantity=1000,
    )  # fmt: skip
    caption = values.pop("caption", "")
    draft = make_draft(session, cycle, author, lines=[line], cost=1000, **values)
    draft.pictures.append(ProposalPicture(file=photo(session, author), caption=caption, sort=1))
    session.flush()
    if effect == "refuse":
        with pytest.raises(Refusal) as refused:
            service.submit(session, signed(author), draft)
        assert refused.value.code == "text.blocked"
        return
    service.submit(session, signed(author), draft)
    (row,) = tombstones(session, "proposal", draft.id)
    assert row.category == "held"
    session.refresh(draft)
    assert draft.title in TAKEN_DOWN.values()
    takedowns.restore(session, signed(make_person(session, Role.MODERATOR)), row.id)
    assert draft.title not in TAKEN_DOWN.values()


def test_a_clean_proposal_is_public_at_once(session, listed_words):
    cycle, author = make_cycle(session), make_person(session)
    draft = make_draft(session, cycle, author)
    service.submit(session, signed(author), draft)
    assert tombstones(session, "proposal", draft.id) == []


@pytest.mark.parametrize("word", ["jerk", "crook"])
def test_reasons_and_messages_of_residents_are_guarded(session, listed_words, word):
    cycle, author = make_cycle(session), make_person(session)
    proposal = make_proposal(session, cycle, author_id=author.id)
    with pytest.raises(Refusal):
        service.withdraw(session, signed(author), proposal, reason=f"You {word}")
    with pytest.raises(Refusal):
        service.coauthors.ask_to_join(session, signed(make_person(session)), proposal, word)


def test_a_moderator_takes_down_by_the_page(client, session, planted, moderator):
    proposal = planted["proposal"]
    session.commit()
    sign_in(client, moderator)
    page = client.page(f"/c/{planted['cycle'].slug}/proposals/{proposal.number}")
    path = f"/desk/taken-down/new?kind=proposal&id={proposal.id}"
    assert path.replace("&", "&amp;") in page
    assert client.fill(path, {"category": "", "reason": ""}).status_code == 422
    answer = client.fill(path, {"category": "insult", "reason": "Insults a neighbour"})
    assert answer.status_code == 302
    assert "Insults a neighbour" in client.page(answer.location)
    assert client.page("/desk/taken-down?view=down")


def test_things_that_do_not_exist_are_missing(client, session, moderator):
    sign_in(client, moderator)
    for query in ("", "?kind=proposal&id=0", "?kind=proposal&id=x", "?kind=nothing&id=1",
                  "?kind=rating&id=1:x", "?kind=comment&id=99999999"):  # fmt: skip
        assert client.get(f"/desk/taken-down/new{query}").status_code == 404
    assert client.get("/desk/taken-down/999").status_code == 404


def test_a_second_take_down_of_the_same_thing_is_refused(session, planted, moderator):
    take(session, moderator, "proposal", planted["proposal"].id)
    with pytest.raises(Refusal):
        take(session, moderator, "proposal", planted["proposal"].id)
    assert len(session.scalars(select(TakeDown)).all()) == 1


def test_a_name_a_step_and_the_text_of_a_project_go_too(client, session, planted, moderator):
    proposal, project = planted["proposal"], planted["project"]
    planted["author"].name = WORDS
    event = next(one for one in proposal.events if one.action == "return")
    event.reason = f"Take out {WORDS}"
    session.flush()
    named = take(session, moderator, "person_name", f"{proposal.id}:{planted['author'].id}")
    take(session, moderator, "proposal_step", event.id)
    take(session, moderator, "project", project.id)
    session.commit()
    assert WORDS not in (planted["author"].name, event.reason, project.title, project.summary)
    for locale, text in NAME_TAKEN_DOWN.items():
        page = client.page(f"/c/{planted['cycle'].slug}/proposals/{proposal.number}", locale=locale)
        assert text in page
    takedowns.restore(session, signed(moderator), named.id)
    assert planted["author"].name == WORDS
    with pytest.raises(Missing):
        take(session, moderator, "person_name", f"{proposal.id}:{make_person(session).id}")


def test_what_is_held_is_said_to_its_writer_and_told_when_it_is_out(
    client, session, planted, listed_words
):
    person = make_person(session)
    planted["project"].status = "works"
    session.commit()
    sign_in(client, person)
    path = f"/projects/{planted['project'].number}/report"
    assert client.fill(path, {"kind": "question", "body": "Are you a crook?"}).status_code == 302
    page = client.page(f"/projects/{planted['project'].number}")
    assert "A moderator reads it first" in page and "crook" not in page
    assert not session.scalars(select(Letter).where(Letter.template == "issue_new")).all()
    (row,) = [one for one in session.scalars(select(TakeDown)) if one.category == "held"]
    takedowns.restore(session, signed(make_person(session, Role.MODERATOR)), row.id)
    session.commit()
    assert "Are you a crook?" in client.page(f"/projects/{planted['project'].number}")
    told = session.scalars(select(Letter).where(Letter.template == "taken_down_restored")).one()
    assert told.recipient == person.email
