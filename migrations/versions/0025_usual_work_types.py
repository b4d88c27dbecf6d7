"""Give every city the types of work of the four sectors and the usual milestones.

The administrator changes them afterwards; what was changed is left alone when going down.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")

# sector: (code, kk, ru, en)
TYPES = {
    "social": (
        ("school", "Мектеп", "Школа", "School"),
        ("kindergarten", "Балабақша", "Детский сад", "Kindergarten"),
        (
            "special_institution",
            "Мамандандырылған мекеме",
            "Специализированное учреждение",
            "Specialised institution",
        ),
        (
            "active_ageing_centre",
            "Белсенді ұзақ өмір орталығы",
            "Центр активного долголетия",
            "Active ageing centre",
        ),
    ),
    "infrastructure": (
        ("courtyard", "Аула", "Двор", "Courtyard"),
        ("park", "Саябақ", "Парк", "Park"),
        ("square", "Гүлзар", "Сквер", "Public garden"),
        ("pedestrian_zone", "Жаяу жүргіншілер аймағы", "Пешеходная зона", "Pedestrian zone"),
        ("recreation_zone", "Демалыс аймағы", "Рекреационная зона", "Recreation area"),
        ("landscaping", "Көгалдандыру", "Озеленение", "Landscaping"),
        ("lighting", "Жарықтандыру", "Освещение", "Lighting"),
        (
            "small_forms",
            "Шағын сәулеттік пішіндер",
            "Малые архитектурные формы",
            "Small architectural forms",
        ),
    ),
    "industry": (
        ("production_site", "Өндіріс алаңы", "Производственная площадка", "Production site"),
    ),
    "utilities": (
        ("water_supply", "Су құбыры", "Водопровод", "Water supply"),
        ("sewerage", "Кәріз", "Канализация", "Sewerage"),
        ("heating_mains", "Жылу желісі", "Теплотрасса", "Heating mains"),
    ),
}

# share of the time, state that fulfils it, kk, ru, en
USUAL = (
    (10, "design", "Жоба әзірленді", "Проект разработан", "Design ready"),
    (25, "procurement", "Конкурс жарияланды", "Конкурс объявлен", "Tender announced"),
    (40, "contracted", "Шартқа қол қойылды", "Договор подписан", "Contract signed"),
    (50, "works", "Жұмыс басталды", "Работы начались", "Works begun"),
    (75, "", "Жұмыстың жартысы бітті", "Половина работ сделана", "Half of the works done"),
    (95, "acceptance", "Қабылдау басталды", "Началась приёмка", "Acceptance begun"),
    (100, "completed", "Нысан тапсырылды", "Объект сдан", "Handed over"),
)
# a building takes more than a bench
BUILDING = (
    (15, "design", "Жоба әзірленді", "Проект разработан", "Design ready"),
    (20, "", "Сараптама өтті", "Экспертиза пройдена", "Expert review passed"),
    (28, "procurement", "Конкурс жарияланды", "Конкурс объявлен", "Tender announced"),
    (35, "contracted", "Шартқа қол қойылды", "Договор подписан", "Contract signed"),
    (40, "works", "Жұмыс басталды", "Работы начались", "Works begun"),
    (60, "", "Қаңқасы тұрғызылды", "Каркас возведён", "Frame erected"),
    (80, "", "Ішкі жұмыс басталды", "Начались внутренние работы", "Interior works begun"),
    (95, "acceptance", "Қабылдау басталды", "Началась приёмка", "Acceptance begun"),
    (100, "completed", "Нысан тапсырылды", "Объект сдан", "Handed over"),
)
PIPES = (
    (12, "design", "Жоба әзірленді", "Проект разработан", "Design ready"),
    (25, "procurement", "Конкурс жарияланды", "Конкурс объявлен", "Tender announced"),
    (38, "contracted", "Шартқа қол қойылды", "Договор подписан", "Contract signed"),
    (45, "works", "Қазу басталды", "Начались земляные работы", "Digging begun"),
    (70, "", "Құбыр төселді", "Трубы уложены", "Pipes laid"),
    (85, "", "Жол қалпына келтірілді", "Дорога восстановлена", "Road restored"),
    (95, "acceptance", "Қабылдау басталды", "Началась приёмка", "Acceptance begun"),
    (100, "completed", "Нысан тапсырылды", "Объект сдан", "Handed over"),
)
OWN = {
    "school": BUILDING,
    "kindergarten": BUILDING,
    "special_institution": BUILDING,
    "active_ageing_centre": BUILDING,
    "production_site": BUILDING,
    "water_supply": PIPES,
    "sewerage": PIPES,
    "heating_mains": PIPES,
}

work_type = sa.table(
    "projects_work_type",
    sa.column("id", sa.Integer),
    sa.column("code", sa.String),
    sa.column("sector", sa.String),
    sa.column("names", JSON),
    sa.column("sort", sa.Integer),
    sa.column("retired", sa.Boolean),
)
template = sa.table(
    "projects_milestone_template",
    sa.column("work_type_id", sa.Integer),
    sa.column("names", JSON),
    sa.column("share", sa.Integer),
    sa.column("state", sa.String),
)


def upgrade():
    rows = [
        {
            "code": code,
            "sector": sector,
            "names": {"kk": kk, "ru": ru, "en": en},
            "sort": sort,
            "retired": False,
        }
        for sector, types in TYPES.items()
        for sort, (code, kk, ru, en) in enumerate(types)
    ]
    op.bulk_insert(work_type, rows)
    found = op.get_bind().execute(sa.select(work_type.c.code, work_type.c.id))
    ids = {code: number for code, number in found}
    op.bulk_insert(template, _rows(None, USUAL))
    for code, milestones in OWN.items():
        op.bulk_insert(template, _rows(ids[code], milestones))


def _rows(work_type_id, milestones):
    return [
        {
            "work_type_id": work_type_id,
            "names": {"kk": kk, "ru": ru, "en": en},
            "share": share,
            "state": state,
        }
        for share, state, kk, ru, en in milestones
    ]


def downgrade():
    op.execute("DELETE FROM projects_milestone_template")
    op.execute("UPDATE projects_project SET work_type_id = NULL")
    op.execute("DELETE FROM projects_work_type")
