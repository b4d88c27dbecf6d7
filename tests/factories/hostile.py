"""Files made to do harm, for every kind of file that the portal takes. All are small to send."""

from __future__ import annotations

import json
import math
import random
import struct
import zlib
from functools import cache
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from PIL import Image

MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
DOC = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
LAUGHS = (
    '<!DOCTYPE x [<!ENTITY a "ha">'
    + "".join(
        f'<!ENTITY {chr(98 + number)} "{("&" + chr(97 + number) + ";") * 10}">'
        for number in range(9)
    )
    + "]>"
)


def zipped(**parts: bytes | str) -> bytes:
    """An archive of these members; `__` in a name stands for a slash, `___` for a dot."""
    target = BytesIO()
    with ZipFile(target, "w", ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            packed.writestr(name.replace("___", ".").replace("__", "/"), content)
    return target.getvalue()


def book(
    sheet: str | bytes,
    texts: str | bytes = "",
    head: str = "",
    place: str = "worksheets/sheet1.xml",
) -> bytes:
    """An XLSX around a `<worksheet>`'s content."""
    if isinstance(sheet, str):
        sheet = f"<?xml version='1.0'?>{head}<worksheet {MAIN}>{sheet}</worksheet>"
    target = BytesIO()
    with ZipFile(target, "w", ZIP_DEFLATED) as packed:
        packed.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="xml" '
            'ContentType="application/xml"/></Types>',
        )
        packed.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" '
            f'Type="{DOC}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        )
        packed.writestr(
            "xl/workbook.xml",
            f'<workbook {MAIN} xmlns:r="{DOC}"><sheets><sheet name="a" sheetId="1" r:id="rId1"/>'
            "</sheets></workbook>",
        )
        packed.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" '
            f'Type="{DOC}/worksheet" Target="{place}"/><Relationship Id="rId2" '
            f'Type="{DOC}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
        )
        packed.writestr(f"xl/{place}", sheet)
        if texts:
            packed.writestr("xl/sharedStrings.xml", texts)
    return target.getvalue()


def cell(place: str, value: str = "1") -> str:
    return f'<c r="{place}"><v>{value}</v></c>'


def many(row: str, number: int) -> str:
    """A sheet of equal rows, numbered."""
    body = "".join(f'<row r="{at}">{row}</row>' for at in range(1, number + 1))
    return f"<sheetData>{body}</sheetData>"


@cache
def workbooks() -> dict[str, bytes]:
    corners = (
        f'<sheetData><row r="1">{cell("A1")}</row><row r="1048576">{cell("XFD1048576")}</row>'
        "</sheetData>"
    )
    implied = (
        "<sheetData><row r='1'><c><v>1</v></c></row>"
        "<row r='1048576'>" + "<c><v>1</v></c>" * 9000 + "</row></sheetData>"
    )
    wide = '<sheetData><row r="1">' + "<c><v>1</v></c>" * 100_000 + "</row></sheetData>"
    many_members = BytesIO()
    with ZipFile(many_members, "w") as packed:
        for number in range(30_000):
            packed.writestr(f"xl/worksheets/{number}.xml", b"")
    lying = bytearray(book(f"<sheetData>{' ' * 40_000_000}</sheetData>"))
    at = lying.rfind(b"xl/worksheets/sheet1.xml") - 46
    lying[at + 24 : at + 28] = struct.pack("<I", 100)
    strings = f"<sst {MAIN} uniqueCount='4000000000'>"
    shared = strings + "<si><t>" + "A" * 30_000_000 + "</t></si></sst>"
    empty = strings + "<si><t/></si>" * 2_000_000 + "</sst>"
    ods = zipped(
        mimetype="application/vnd.oasis.opendocument.spreadsheet",
        content___xml="<table:table-cell table:number-columns-repeated='16384'/>" * 5,
    )
    return {
        "two corners": book(corners),
        "two corners without dimension": book('<dimension ref="A1"/>' + corners),
        "two dimensions": book('<dimension ref="A1:XFD1048576"/><dimension ref="A1"/>' + corners),
        "corners by rows alone": book(implied),
        "cells in no row": book("<sheetData>" + cell("A1") + cell("ZZZ9999999") + "</sheetData>"),
        "dense": book(many(cell("A1") * 200, 20_000)),
        "wide": book(wide),
        "long": book(many("<c><v>1</v></c>", 300_000)),
        "spaces": book(f"<sheetData>{' ' * 60_000_000}</sheetData>"),
        "large texts": book(corners.replace("XFD1048576", "B2"), shared),
        "many texts": book(f"<sheetData><row>{cell('A1')}</row></sheetData>", empty),
        "laughs": book("<sheetData>&j;</sheetData>", head=LAUGHS),
        "laughs in texts": book(corners, LAUGHS + f"<sst {MAIN}><si><t>&j;</t></si></sst>"),
        "a file of the server": book(
            "<sheetData>&e;</sheetData>",
            head='<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>',
        ),
        "deep": book("<a>" * 200_000 + "</a>" * 200_000),
        "many attributes": book(
            "<sheetData " + " ".join(f"a{n}='1'" for n in range(100_000)) + "/>"
        ),
        "many members": many_members.getvalue(),
        "lies about its size": bytes(lying),
        "archive in archive": zipped(a___xlsx=zipped(a___xlsx=book("<sheetData/>"))),
        "sheet elsewhere": book(f"<sheetData>{cell('A1')}</sheetData>", place="sheet.txt"),
        "formula": book('<sheetData><row r="1"><c r="A1"><f>1+1</f></c></row></sheetData>'),
        "other letters": book("x".encode("utf-16")),
        "repeating sheet": ods,
        "torn": book(corners)[:700],
        "nothing": b"",
        "no archive": b"PK\x03\x04" + b"\0" * 400,
    }


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, body: bytes, kind: int = 2, *, before: bytes = b"") -> bytes:
    head = struct.pack(">IIBBBBB", width, height, 8, kind, 0, 0, 0)
    rest = chunk(b"IDAT", body) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + before + rest


def picture(size: tuple[int, int], kind: str, mode: str = "RGB", **options: Any) -> bytes:
    target = BytesIO()
    Image.new(mode, size).save(target, kind, **options)
    return target.getvalue()


@cache
def pictures() -> dict[str, bytes]:
    """Bombs of every format that is accepted. Some are sound pictures, only very large ones."""
    scans = picture((5000, 3400), "JPEG", progressive=True)
    last = scans[scans.rfind(b"\xff\xc4") : -2]
    small = picture((50, 50), "PNG", "L")
    jpeg = picture((64, 64), "JPEG")
    place = jpeg.find(b"\xff\xc0")
    wide = bytearray(jpeg)
    wide[place + 5 : place + 9] = struct.pack(">HH", 65_000, 65_000)
    exif = b"Exif\0\0II*\0\x08\0\0\0" + struct.pack("<H", 60_000)
    loop = exif + b"".join(struct.pack("<HHII", 0x8769, 4, 1, 8) for _ in range(5000))
    segment = b"\xff\xe1" + struct.pack(">H", len(loop) + 2) + loop
    return {
        "49 megapixels, one colour": png(7000, 7000, zlib.compress(b"\0" * 7000 * 21_001, 9)),
        "49 megapixels, transparent": png(
            7000, 7000, zlib.compress(b"\0" * 7000 * 28_001, 9), kind=6
        ),
        "49 megapixels, grey": picture((7000, 7000), "PNG", "L"),
        "49 megapixels, two colours": picture((7000, 7000), "PNG", "1"),
        "49 megapixels, palette": picture((7000, 7000), "PNG", "P"),
        "49 megapixels, JPEG": picture((7000, 7000), "JPEG"),
        "49 megapixels, progressive": picture((7000, 7000), "JPEG", progressive=True),
        "33 megapixels, progressive": picture((6000, 5600), "JPEG", progressive=True),
        "49 megapixels, WebP": picture((7000, 7000), "WEBP"),
        "49 megapixels, lossless WebP": picture((7000, 7000), "WEBP", lossless=True),
        "moving WebP": picture(
            (2500, 2500),
            "WEBP",
            save_all=True,
            append_images=[Image.new("RGB", (2500, 2500), "red")] * 3,
        ),
        "many scans": scans[:-2] + last * 300 + b"\xff\xd9",
        "hidden scans": scans[:-2] + b"\xff\xfe\x00\x04\xff\xd9" + last * 300 + b"\xff\xd9",
        "lies about its size": bytes(wide),
        "endless row": png(2**31 - 1, 1, zlib.compress(b"\0" * 1000)),
        "many chunks": small[:33] + chunk(b"tEXt", b"a\0b") * 700_000 + small[33:],
        "long text": png(9, 9, b"", before=chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(10**8)))),
        "profile": png(9, 9, b"", before=chunk(b"iCCP", b"a\0\0" + zlib.compress(bytes(10**8)))),
        "loop of notes": jpeg[:2] + segment + jpeg[2:],
        "torn": picture((3000, 2000), "JPEG")[:5000],
        "torn WebP": picture((3000, 2000), "WEBP")[:500],
        "random": b"\xff\xd8\xff" + random.Random(1).randbytes(100_000),
        "nothing": b"",
    }


def star(points: int, x: float) -> list[list[float]]:
    ring = [
        [
            x + (0.01 + 0.009 * (number % 2)) * math.cos(2 * math.pi * number / points),
            43 + (0.01 + 0.009 * (number % 2)) * math.sin(2 * math.pi * number / points),
        ]
        for number in range(points)
    ]
    return [*ring, ring[0]]


def outlines(*shapes: Any, **geometry: Any) -> bytes:
    features = [
        {
            "type": "Feature",
            "properties": {"code": f"a{n}", "names": {"kk": f"k{n}", "ru": f"r{n}", "en": f"e{n}"}},
            "geometry": {"type": "Polygon", "coordinates": shape, **geometry},
        }
        for n, shape in enumerate(shapes)
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


@cache
def boundaries() -> dict[str, bytes]:
    chance = random.Random(2)
    knot = [[76 + chance.random(), 43 + chance.random()] for _ in range(20_000)]
    return {
        "deep": b"[" * 200_000,
        "deep coordinates": outlines(json.loads("[" * 400 + "]" * 400)),
        "many stars": outlines(*([star(500, 76 + n / 1000)] for n in range(150))),
        "knot": outlines([[*knot, knot[0]]]),
        "far away": outlines([[[1e308, 1e308], [-1e308, 1e308], [0, -1e308], [1e308, 1e308]]]),
        "not a number": outlines([star(8, math.nan)]),
        "long number": b'{"features": [' + b"9" * 200_000 + b"]}",
        "many features": b'{"features": [' + b"{}," * 500_000 + b"{}]}",
        "many holes": outlines([star(8, 76.5), *([star(4, 76.5)] * 20_000)]),
        "text for points": outlines([["x"] * 100_000]),
        "other letters": outlines([star(8, 76)]).decode().encode("utf-16"),
        "nothing": b"",
    }


META = (
    "META\nkey;value\ndescription;x\ncountry;x\nunit;x\ninstance;2020\nnum_projects;1\n"
    "num_votes;%d\nbudget;%s\nvote_type;approval\nrule;greedy\ndate_begin;01.01.2020\n"
    "date_end;02.01.2020\nPROJECTS\nproject_id;cost\n1;%s\nVOTES\nvoter_id;vote\n"
)


@cache
def elections() -> dict[str, bytes]:
    zeros = META % (1, 100, 5) + "1" + ";" * 50_000_000
    endless = "META\nkey;value\n" + 'a;"' + "x\n" * 5_000_000
    return {
        "packed zeros": zipped(a___pb=bytes(90_000_000)),
        "packed ballots": zipped(a___pb=META % (9, 100, 5) + "a;1\n" * 12_000_000),
        "packed line": zipped(a___pb=zeros),
        "many files": zipped(**{f"a{n}___pb": "x" for n in range(3000)}),
        "archive in archive": zipped(a___pb=zipped(a___pb=META % (1, 1, 1))),
        "many ballots": (
            META % (9, 100, 5) + "".join(f"{n:x};1\n" for n in range(60_000))
        ).encode(),
        "endless quotation": endless.encode(),
        "long number": (META % (1, "9" * 120_000, 5) + "1;1\n").encode(),
        "exponent": (META % (1, "1e999999999", 5) + "1;1\n").encode(),
        "many columns": (META % (1, 1, 1) + "1" + ";1" * 60_000 + "\n").encode(),
        "other letters": (META % (1, 1, 1)).encode("utf-16"),
        "zeros": bytes(5_000_000),
        "nothing": b"",
    }


@cache
def residents() -> dict[str, bytes]:
    head = b"iin,birth_date,area,permanent,phone\n"
    odd = {f"sheet: {name}": data for name, data in workbooks().items()}
    return odd | {
        "endless line": head + b"9" * 200_000,
        "endless quotation": head + b'"' + b"x\n" * 90_000,
        "zeros": head + bytes(200_000),
        "many columns": b"a," * 100_000 + b"\n" + head,
        "other letters": head.decode().encode("utf-16"),
        "random": random.Random(3).randbytes(200_000),
        "wrong lines": head + b"9,9,9,9,9\n" * 20_000,
        "long number": head + b"9" * 4000 + b",9,9,9,9\n",
    }


@cache
def documents() -> dict[str, bytes]:
    return {
        "slashes": b"%PDF-1.7\n" + b"/" * 5_000_000,
        "names": b"%PDF-1.7\n" + b"/JavaScrip" * 500_000 + b"%%EOF" * 400,
        "program": b"%PDF-1.7\n<</S/JavaScript/JS(app.alert(1))>>\n%%EOF",
        "page": b"<html>%PDF-1.7 %%EOF",
        "torn": b"%PDF-1.7\n" + b"x" * 1000,
        "nothing": b"",
    }


def form_of(field: str, data: bytes, **words: str) -> dict[str, Any]:
    """A form with one file as a browser sends it (a test client would keep a file open)."""
    parts = [
        f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in words.items()
    ]
    head = f'--x\r\nContent-Disposition: form-data; name="{field}"; filename="a.jpg"\r\n\r\n'
    body = "".join(parts).encode() + head.encode() + data + b"\r\n--x--\r\n"
    return {"data": body, "content_type": "multipart/form-data; boundary=x"}
