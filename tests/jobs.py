"""Pages that wait for a job."""

from streamlit.testing.v1 import AppTest

from cnnviz.ui.jobs import _jobs

PATIENCE_S = 60


def waited(at: AppTest) -> AppTest:
    """The page after every job has ended, and those that its next run began."""
    for _ in range(2):
        for one in list(_jobs()._known.values()):
            assert one.wait(PATIENCE_S).ended
        at.run()
        assert not at.exception
    return at
