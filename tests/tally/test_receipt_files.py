"""What the receipt's command is handed may be anything: one sentence and exit status 2."""

import pytest

from pb_portal.tally.receipt.command import main
from tests.tally.test_verify import ODD_JSON


@pytest.mark.parametrize("odd", ODD_JSON)
def test_a_proof_that_is_no_json_is_refused_with_one_sentence(odd, tmp_path, capsys):
    path = tmp_path / "proof.json"
    path.write_bytes(ODD_JSON[odd])
    assert main([str(path)]) == 2
    out, error = capsys.readouterr()
    assert not out and error.count("\n") == 1
