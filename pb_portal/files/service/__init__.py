"""Commands on files. `root` is the store (`web.storage.root()`), or the folder of a local one."""

from pb_portal.files.service.documents import Document, keep_document, read_document
from pb_portal.files.service.names import (
    TYPES,
    all_names,
    name_of,
    new_key,
    original_name,
    path_of,
    size_name,
)
from pb_portal.files.service.pictures import (
    Picture,
    decode,
    keep_picture,
    publish,
    read_picture,
    store_picture,
)
from pb_portal.files.service.removal import forget_unreferred, orphans, remove
from pb_portal.files.service.scans import read_scan
from pb_portal.files.service.sizes import make_sizes, record_sizes, waiting

__all__ = [
    "TYPES",
    "Document",
    "Picture",
    "all_names",
    "decode",
    "forget_unreferred",
    "keep_document",
    "keep_picture",
    "make_sizes",
    "name_of",
    "new_key",
    "original_name",
    "orphans",
    "path_of",
    "publish",
    "read_document",
    "read_picture",
    "read_scan",
    "record_sizes",
    "remove",
    "size_name",
    "store_picture",
    "waiting",
]
