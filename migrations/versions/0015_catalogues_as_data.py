"""Keep works' prices per cycle, grounds of rejection and review questions as data; let entries of
the catalogues be retired instead of deleted."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
CATALOGUES = ("cycles_category", "cycles_typical_work", "places_area")

GROUNDS = (
    (
        "not_common_land",
        "Ортақ пайдаланудағы жер емес",
        "Не на земле общего пользования",
        "Not on land in common use",
    ),
    ("outside_area", "Аудан шегінен тыс", "За пределами района", "Outside the district"),
    (
        "over_cap",
        "Бір өтінімнің шегінен қымбат",
        "Дороже предела одной заявки",
        "Over the cap of one proposal",
    ),
    (
        "design_only",
        "Тек жобалау жұмыстары",
        "Только проектные работы",
        "Asks for design work only",
    ),
    (
        "network_zone",
        "Инженерлік желілердің қорғау аймағында",
        "В охранной зоне инженерных сетей",
        "In the protection zone of utility networks",
    ),
    (
        "already_planned",
        "Қала жоспарында бұрыннан бар",
        "Уже есть в планах города",
        "Already in the city's plans",
    ),
    ("duplicate", "Басқа өтінімді қайталайды", "Повторяет другую заявку", "Repeats another proposal"),
    ("not_lawful", "Заңға қайшы", "Противоречит закону", "Against the law"),
    (
        "personal_data",
        "Біреудің жеке деректері бар",
        "Содержит чьи-то личные данные",
        "Contains somebody's personal data",
    ),
    (
        "incomplete",
        "Пысықтаудан кейін де толық емес",
        "Неполная после доработки",
        "Incomplete after rework",
    ),
)


def upgrade():
    for table in CATALOGUES:
        op.add_column(table, sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True))
        op.add_column(
            table, sa.Column("version", sa.Integer(), nullable=False, server_default="1")
        )
    op.add_column(
        "cycles_typical_work", sa.Column("notes", JSON, nullable=False, server_default="{}")
    )
    op.add_column(
        "cycles_typical_work", sa.Column("picture", sa.String(), nullable=False, server_default="")
    )
    op.create_table(
        "cycles_work_price",
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("work_id", sa.Integer(), nullable=False),
        sa.Column("unit_price", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("unit_price > 0", name=op.f("ck_cycles_work_price_price")),
        sa.ForeignKeyConstraint(
            ["cycle_id"],
            ["cycles_cycle.id"],
            name=op.f("fk_cycles_work_price_cycle_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["work_id"],
            ["cycles_typical_work.id"],
            name=op.f("fk_cycles_work_price_work_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("cycle_id", "work_id", name=op.f("pk_cycles_work_price")),
    )
    op.create_index(op.f("ix_cycles_work_price_work_id"), "cycles_work_price", ["work_id"])
    op.create_table(
        "cycles_review_question",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("names", JSON, nullable=False),
        sa.Column("sort", sa.Integer(), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "part IN ('formal', 'merit')", name=op.f("ck_cycles_review_question_part")
        ),
        sa.ForeignKeyConstraint(
            ["cycle_id"],
            ["cycles_cycle.id"],
            name=op.f("fk_cycles_review_question_cycle_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cycles_review_question")),
        sa.UniqueConstraint("cycle_id", "code", name=op.f("uq_cycles_review_question_cycle_id_code")),
    )
    grounds = op.create_table(
        "cycles_ground",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("names", JSON, nullable=False),
        sa.Column("sort", sa.Integer(), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cycles_ground")),
        sa.UniqueConstraint("code", name=op.f("uq_cycles_ground_code")),
    )
    op.bulk_insert(
        grounds,
        [
            {"code": code, "names": {"kk": kk, "ru": ru, "en": en}, "sort": place, "version": 1}
            for place, (code, kk, ru, en) in enumerate(GROUNDS)
        ],
    )


def downgrade():
    for table in ("cycles_ground", "cycles_review_question", "cycles_work_price"):
        op.drop_table(table)
    op.drop_column("cycles_typical_work", "picture")
    op.drop_column("cycles_typical_work", "notes")
    for table in CATALOGUES:
        op.drop_column(table, "version")
        op.drop_column(table, "retired_at")
