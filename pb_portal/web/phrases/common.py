"""Sentences of the basement rooms."""

from __future__ import annotations

from pb_portal.web.i18n import next_minute
from pb_portal.web.phrases.mark import N_

SENTENCES = {
    "come_back": N_("This was done too often from one place. It works again after %(until)s."),
    "approval.open_already": N_("The same request is already waiting for a second person."),
    "approval.same_person": N_("A second person must decide: you made this request yourself."),
    "approval.about_oneself": N_("This is about yourself, so two other people must ask and agree."),
    "approval.prove_again": N_("Show your second factor again, then repeat the step."),
    "approval.decided": N_("Somebody has already decided on this request."),
    "approval.proposer_gone": N_(
        "Whoever asked for this is blocked or has lost the role since. The request can only be "
        "declined; somebody who holds the role may ask anew."
    ),
    "conflict": N_(
        "Somebody else changed this while you were working. Your words are kept below: "
        "compare and send again."
    ),
    "file.empty": N_("The file is empty. Choose another one."),
    "file.too_big": N_("The file is too big. The most is %(most)s MB."),
    "file.not_a_picture": N_(
        "This file is not a picture we can open. Choose a photo in JPEG, PNG or WebP."
    ),
    "file.heic": N_(
        "This is an iPhone photo in HEIC. In the camera settings choose “Most compatible”, "
        "or send the photo as JPEG."
    ),
    "file.too_many_pixels": N_(
        "The picture is too large to be opened. Make it smaller, %(most)s megapixels at most, or "
        "save it as a plain JPEG."
    ),
    "file.too_heavy": N_(
        "Reading this file takes more memory or time than a sound file needs, so it was put aside. "
        "Save it anew, smaller or in another program, and send it again."
    ),
    "file.busy": N_("Many files are being read just now. Send yours again in a minute."),
    "file.not_a_pdf": N_("This file is not a PDF we can keep. Save the document as PDF."),
    "file.active_pdf": N_(
        "This PDF carries programs or other files inside. Print it to PDF and send that one."
    ),
    "file.store_down": N_(
        "The file could not be kept just now. Nothing is lost: send it again in a minute."
    ),
    "file.too_many": N_("At most %(most)s pictures. Remove one first."),
}

NAMES = {"come_back": {"until": next_minute}}
