import json
import os
from pathlib import Path

import pytest
from driftbook.runs.kernels import private_kernel
from nbclient import NotebookClient

REPORT = """
import json, os
from ipykernel.connect import get_connection_file, get_connection_info
folder = os.path.dirname(get_connection_file())
mode = os.stat(folder).st_mode & 0o777
history = get_ipython().history_manager.hist_file
print(json.dumps({**json.loads(get_connection_info()), "folder": folder, "mode": mode, "history": history}))
"""


@pytest.fixture(params=["usual", "long"])
def temporary(request, monkeypatch, tmp_path):
    """A temporary directory as it is, and one whose path leaves no room for a socket's name."""
    if request.param == "long":
        folder = tmp_path / ("x" * 80)
        folder.mkdir()
        monkeypatch.setattr("tempfile.tempdir", str(folder))


def test_kernels_speak_ipc_in_a_private_folder(temporary, notebook):
    with private_kernel() as options:
        nb = NotebookClient(notebook(REPORT), **options).execute()
    found = json.loads(nb.cells[1].outputs[0].text)
    assert (found["transport"], found["mode"], found["history"]) == ("ipc", 0o700, ":memory:")
    assert found["ip"].startswith(found["folder"] + "/")
    assert len(os.fsencode(found["folder"])) < 70
    assert not Path(found["folder"]).exists()


def test_each_kernel_has_its_own_folder():
    with private_kernel() as one, private_kernel() as other:
        folders = {options["config"].AsyncKernelManager.connection_file for options in (one, other)}
    assert len(folders) == 2
