"""A company's number is public; an entrepreneur's is a person's IIN and stays unsaid."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from pb_portal.projects.models import Project
from pb_portal.projects.queries.figures import offered
from pb_portal.projects.queries.filtered import Wanted
from tests.rooms.projects.conftest import BIN, TODAY
from tests.strict import StrictClient

IIN = "800101300013"


def test_an_entrepreneurs_number_stands_on_no_page_file_or_address(
    client: StrictClient, session: Session, project: Project
) -> None:
    project.contractor, project.contractor_bin = "ИП Үлгі", IIN
    session.commit()
    pages = ["/projects", f"/projects/{project.number}", "/projects.csv"]
    for path in pages:
        body = client.get(path).get_data(as_text=True)
        assert IIN not in body, path
    assert "ИП Үлгі" in client.page(f"/projects/{project.number}")
    asked = {name: value for value, name in offered(session, "").contractors}["ИП Үлгі"]
    found = Wanted(contractor=asked).apply(select(Project.id), TODAY)
    assert session.scalars(found).all() == [project.id]
    guessed = Wanted(contractor=IIN).apply(select(Project.id), TODAY)
    assert session.scalars(guessed).all() == []


def test_a_companys_number_is_read_by_everybody(
    client: StrictClient, session: Session, project: Project
) -> None:
    project.contractor, project.contractor_bin = "ТОО Үлгі", BIN
    session.commit()
    assert BIN in client.page(f"/projects/{project.number}")
