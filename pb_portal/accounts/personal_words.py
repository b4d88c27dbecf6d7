"""Words for the values on the page "What the portal knows about me"."""

from __future__ import annotations

from pb_portal.web.phrases.mark import N_, NP_, Sentence

WORDS: dict[str, Sentence] = {
    "act": NP_("log", "Entry"),
    "address": N_("Address"),
    "answer": NP_("text", "Answer"),
    "at": N_("When"),
    "blocked_at": N_("Blocked since"),
    "by_whom": N_("Who"),
    "claimed_at": N_("Claimed on"),
    "confirmed_at": N_("Confirmed on"),
    "device": N_("Device"),
    "district": N_("District"),
    "email": N_("E-mail"),
    "hidden_at": N_("Hidden since"),
    "how_often": N_("How often"),
    "kind": N_("Kind"),
    "language": N_("Language"),
    "letter": N_("Letter"),
    "made_at": N_("Made on"),
    "name": NP_("person", "Name"),
    "number": N_("Number"),
    "project": N_("Project"),
    "proposal": N_("Proposal"),
    "purpose": NP_("purpose", "What for"),
    "reason": N_("Reason"),
    "received_on": N_("Received on"),
    "role": N_("Role"),
    "roles": N_("Roles"),
    "sent_at": N_("Sent on"),
    "stars": N_("Stars"),
    "state": N_("State"),
    "text": N_("Text"),
    "title": N_("Title"),
    "until": NP_("time", "Until"),
    "used_at": N_("Used on"),
    "version": N_("Version of the text"),
    "what": N_("What"),
    "withdrawn_at": N_("Withdrawn on"),
}
