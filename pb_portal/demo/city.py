"""The sample city's districts in schematic outline, categories and catalogue of works."""

from __future__ import annotations

from dataclasses import dataclass

CITY = "almaty"

Ring = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class District:
    """A district: names, a hand-drawn outline (longitude, latitude), its budget and streets."""

    code: str
    kk: str
    ru: str
    en: str
    ring: Ring
    budget: int
    streets: tuple[tuple[str, str], ...]


DISTRICTS = (
    District(
        "alatau", "Алатау", "Алатауский", "Alatau",
        ((76.735, 43.262), (76.752, 43.335), (76.815, 43.368), (76.872, 43.345), (76.878, 43.292),
         (76.878, 43.266), (76.862, 43.268), (76.812, 43.258)),
        160_000_000,
        (("Момышулы", "Момышұлы"), ("Рыскулова", "Рысқұлов"), ("Саина", "Сайын"), ("Шаляпина", "Шаляпин")),
    ),
    District(
        "almaly", "Алмалы", "Алмалинский", "Almaly",
        ((76.892, 43.236), (76.893, 43.264), (76.918, 43.270), (76.955, 43.268), (76.954, 43.240),
         (76.925, 43.236)),
        140_000_000,
        (("Абая", "Абай"), ("Толе би", "Төле би"), ("Шевченко", "Шевченко"), ("Байтурсынова", "Байтұрсынов")),
    ),
    District(
        "auezov", "Әуезов", "Ауэзовский", "Auezov",
        ((76.812, 43.258), (76.862, 43.268), (76.878, 43.266), (76.893, 43.264), (76.892, 43.236),
         (76.868, 43.206), (76.838, 43.204), (76.816, 43.226)),
        160_000_000,
        (("Жандосова", "Жандосов"), ("Шаляпина", "Шаляпин"), ("Алтынсарина", "Алтынсарин"), ("Улугбека", "Ұлықбек")),
    ),
    District(
        "bostandyk", "Бостандық", "Бостандыкский", "Bostandyk",
        ((76.868, 43.206), (76.892, 43.236), (76.925, 43.236), (76.954, 43.240), (76.948, 43.196),
         (76.930, 43.150), (76.884, 43.142), (76.866, 43.172)),
        160_000_000,
        (("Розыбакиева", "Розыбакиев"), ("Тимирязева", "Тимирязев"), ("Аль-Фараби", "Әл-Фараби"), ("Сатпаева", "Сәтбаев")),
    ),
    District(
        "zhetysu", "Жетісу", "Жетысуский", "Zhetysu",
        ((76.878, 43.266), (76.878, 43.292), (76.872, 43.345), (76.912, 43.352), (76.944, 43.318),
         (76.955, 43.268), (76.918, 43.270), (76.893, 43.264)),
        140_000_000,
        (("Сейфуллина", "Сейфуллин"), ("Серикова", "Серіков"), ("Кульджинская", "Құлжа"), ("Райымбека", "Райымбек")),
    ),
    District(
        "medeu", "Медеу", "Медеуский", "Medeu",
        ((76.955, 43.268), (76.998, 43.284), (77.050, 43.256), (77.072, 43.186), (77.030, 43.122),
         (76.962, 43.118), (76.930, 43.150), (76.948, 43.196), (76.954, 43.240)),
        140_000_000,
        (("Достык", "Достық"), ("Кабанбай батыра", "Қабанбай батыр"), ("Горная", "Горная"), ("Каирбекова", "Қайырбеков")),
    ),
    District(
        "nauryzbay", "Наурызбай", "Наурызбайский", "Nauryzbay",
        ((76.735, 43.262), (76.812, 43.258), (76.816, 43.226), (76.838, 43.204), (76.868, 43.206),
         (76.866, 43.172), (76.820, 43.148), (76.758, 43.160), (76.728, 43.208)),
        140_000_000,
        (("Жандосова", "Жандосов"), ("Ашимова", "Әшімов"), ("Шугыла", "Шұғыла"), ("Байкен", "Байкен")),
    ),
    District(
        "turksib", "Түрксіб", "Турксибский", "Turksib",
        ((76.944, 43.318), (76.912, 43.352), (76.930, 43.402), (76.992, 43.412), (77.048, 43.366),
         (77.036, 43.300), (76.998, 43.284), (76.955, 43.268)),
        140_000_000,
        (("Майлина", "Майлин"), ("Суюнбая", "Сүйінбай"), ("Бухтарминская", "Бұқтырма"), ("Шолохова", "Шолохов")),
    ),
)  # fmt: skip

# code, kk, ru, en, sector
CATEGORIES = (
    ("landscaping", "Көгалдандыру", "Озеленение", "Landscaping"),
    ("sidewalk_improvement", "Тротуарларды абаттандыру", "Обустройство тротуаров", "Sidewalk improvement"),
    ("sidewalk_building", "Тротуар, пандус, арық салу және жөндеу",
     "Строительство и ремонт тротуаров, пандусов, арыков", "Sidewalks, ramps and irrigation ditches"),
    ("common_lighting", "Ортақ пайдалану орындары және жарықтандыру",
     "Места общего пользования и освещение", "Common-use areas and lighting"),
    ("curbs_walls", "Жиектас, төсеме тас, тіреуіш қабырға",
     "Бордюры, брусчатка, подпорные стены", "Curbs, paving and retaining walls"),
    ("dumps", "Қоқыс үйінділерін жою", "Ликвидация свалок", "Clearing of dumps"),
    ("gazebos_benches", "Күрке, орындық, урна, демалыс жабдығы",
     "Беседки, скамьи, урны, оборудование для отдыха", "Gazebos, benches, bins and leisure"),
    ("playgrounds", "Спорт және балалар ойын алаңдары",
     "Спортивные и детские площадки", "Sports grounds and playgrounds"),
    ("sanitation", "Санитария", "Санитария", "Sanitation"),
)  # fmt: skip

# category, unit, price in tenge, kk, ru, en, usual quantity
WORKS = (
    ("landscaping", "piece", 45_000, "Ірі ағаш отырғызу", "Посадка дерева с комом", "Planting of a tree with its root ball", 60),
    ("landscaping", "m2", 4_500, "Көгал төсеу", "Устройство газона", "Laying of a lawn", 900),
    ("landscaping", "m", 6_800, "Тамшылатып суару желісі", "Линия капельного полива", "Drip irrigation line", 400),
    ("landscaping", "piece", 9_500, "Бұта отырғызу", "Посадка кустарника", "Planting of a shrub", 120),
    ("sidewalk_improvement", "m2", 18_500, "Тротуарды асфальттау", "Асфальтирование тротуара", "Asphalt for a sidewalk", 700),
    ("sidewalk_improvement", "m2", 32_000, "Тактильді тақта", "Тактильная плитка", "Tactile paving", 60),
    ("sidewalk_improvement", "piece", 185_000, "Жиектасы түсірілген өткел", "Пониженный переход", "Dropped kerb crossing", 6),
    ("sidewalk_building", "m2", 27_000, "Жаңа тротуар салу", "Строительство тротуара", "Building of a sidewalk", 600),
    ("sidewalk_building", "piece", 950_000, "Тұтқасы бар пандус", "Пандус с перилами", "Ramp with handrails", 4),
    ("sidewalk_building", "m", 48_000, "Арық науасы", "Лоток арыка", "Irrigation ditch channel", 220),
    ("sidewalk_building", "piece", 320_000, "Арық үстіндегі көпірше", "Мостик через арык", "Footbridge over a ditch", 5),
    ("common_lighting", "piece", 620_000, "Жарықдиодты жарық тірегі", "Светодиодная опора освещения", "LED lamp post", 22),
    ("common_lighting", "m", 14_500, "Жерасты кабелі", "Кабель в земле", "Underground cable", 600),
    ("common_lighting", "set", 1_800_000, "Басқару қалқаны", "Щит управления", "Control cabinet", 1),
    ("curbs_walls", "m", 12_800, "Жиектас орнату", "Установка бордюра", "Kerb stone", 500),
    ("curbs_walls", "m2", 24_500, "Төсеме тас төсеу", "Мощение брусчаткой", "Paving with setts", 800),
    ("curbs_walls", "m3", 165_000, "Тіреуіш қабырға", "Подпорная стена", "Retaining wall", 90),
    ("dumps", "m3", 9_800, "Қоқыс шығару", "Вывоз мусора", "Removal of waste", 1_400),
    ("dumps", "m2", 3_900, "Топырақ төгіп, шөп себу", "Грунт и посев травы", "Topsoil and grass", 2_000),
    ("dumps", "m", 21_000, "Қоршау", "Ограждение", "Fence", 180),
    ("gazebos_benches", "piece", 2_900_000, "Күрке", "Беседка", "Gazebo", 2),
    ("gazebos_benches", "piece", 210_000, "Арқалықты орындық", "Скамья со спинкой", "Bench with a back", 24),
    ("gazebos_benches", "piece", 65_000, "Урна", "Урна", "Bin", 24),
    ("gazebos_benches", "piece", 340_000, "Шахмат үстелі", "Шахматный стол", "Chess table", 4),
    ("playgrounds", "set", 11_500_000, "Балалар ойын кешені", "Детский игровой комплекс", "Play structure", 2),
    ("playgrounds", "m2", 29_000, "Резеңке төсем", "Резиновое покрытие", "Rubber surface", 450),
    ("playgrounds", "set", 6_400_000, "Воркаут кешені", "Комплекс воркаут", "Workout set", 1),
    ("playgrounds", "piece", 780_000, "Әткеншек", "Качели", "Swing", 3),
    ("sanitation", "set", 18_500_000, "Модульдік дәретхана", "Модульный туалет", "Modular toilet", 1),
    ("sanitation", "set", 5_200_000, "Жабық контейнер алаңы", "Закрытая контейнерная площадка", "Closed container site", 3),
    ("sanitation", "piece", 1_450_000, "Ауыз су бұрқағы", "Питьевой фонтанчик", "Drinking fountain", 4),
)  # fmt: skip


DRAWINGS = (
    *("tree", "lawn", "watering", "shrub", "asphalt", "tactile", "crossing", "paving", "ramp"),
    *("ditch", "footbridge", "lamp", "cable", "cabinet", "kerb", "paving", "wall", "waste"),
    *("topsoil", "fence", "gazebo", "bench", "bin", "chess_table", "play_structure", "rubber"),
    *("workout", "swing", "toilet", "containers", "fountain"),
)
"""The drawing of each of `WORKS`."""


def outline(district: District) -> dict[str, object]:
    """The district's outline as a GeoJSON polygon."""
    ring = [list(point) for point in (*district.ring, district.ring[0])]
    return {"type": "Polygon", "coordinates": [ring]}
