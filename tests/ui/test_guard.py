import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from cnnviz.passcode import PASSCODE_HASH_VARIABLE, PASSCODE_VARIABLE, hash_passcode
from cnnviz.ui import guard


def _page() -> None:
    import streamlit as st

    from cnnviz.ui.guard import permitted, tell_unlocked

    tell_unlocked()
    # A toggle, because a test runs the whole page at every step, where a browser runs the dialog alone.
    if st.toggle("Change", key="change") and permitted("change *something*"):
        st.write("changed")


@pytest.fixture(autouse=True)
def no_attempts_yet() -> None:
    guard._attempts.clear()


def bound_to(monkeypatch: pytest.MonkeyPatch, address: str | None) -> None:
    usual = st.get_option
    monkeypatch.setattr(st, "get_option", lambda name: address if name == "server.address" else usual(name))


def pressed(at: AppTest) -> AppTest:
    at.toggle(key="change").set_value(True).run()
    assert not at.exception
    return at


def changed(at: AppTest) -> bool:
    return "changed" in [text.value for text in at.markdown]


def unlock(at: AppTest, passcode: str) -> AppTest:
    at.text_input(key="guard-passcode").set_value(passcode)
    [unlock] = [button for button in at.button if button.label == "Unlock"]
    unlock.click().run()
    return at


@pytest.mark.parametrize("address", ["127.0.0.1", "localhost", "::1"])
def test_everybody_on_this_machine_may(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    bound_to(monkeypatch, address)
    assert changed(pressed(AppTest.from_function(_page, default_timeout=60).run()))


@pytest.mark.parametrize("address", ["0.0.0.0", "192.0.2.7", "", None])
def test_without_a_passcode_nobody_may_over_a_network(monkeypatch: pytest.MonkeyPatch, address: str | None) -> None:
    bound_to(monkeypatch, address)
    at = pressed(AppTest.from_function(_page, default_timeout=60).run())
    assert not changed(at)
    assert r"nobody can change \*something\*;" in at.error[0].value
    assert "`cnnviz app --host`" in at.error[0].value


@pytest.mark.parametrize("address", ["0.0.0.0", "127.0.0.1"])  # behind a proxy the server is bound to this machine
def test_the_passcode_is_proved_once_a_session(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    bound_to(monkeypatch, address)
    monkeypatch.setenv(PASSCODE_HASH_VARIABLE, hash_passcode("blue bird"))
    at = pressed(AppTest.from_function(_page, default_timeout=60).run())
    assert not changed(at)
    unlock(at, "blue bird")
    assert at.toast[0].value == r"Unlocked. Press the button again to change \*something\*."
    assert changed(pressed(at))
    assert changed(pressed(at))
    assert not changed(pressed(AppTest.from_function(_page, default_timeout=60).run()))


def test_a_new_passcode_is_asked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    bound_to(monkeypatch, "0.0.0.0")
    monkeypatch.setenv(PASSCODE_HASH_VARIABLE, hash_passcode("blue bird"))
    at = unlock(pressed(AppTest.from_function(_page, default_timeout=60).run()), "blue bird")
    assert changed(pressed(at))
    monkeypatch.setenv(PASSCODE_HASH_VARIABLE, hash_passcode("red fish"))
    assert not changed(pressed(at))


@pytest.mark.parametrize("address", ["0.0.0.0", "127.0.0.1"])
def test_a_passcode_that_nobody_hashed_counts_too(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    bound_to(monkeypatch, address)
    monkeypatch.setenv(PASSCODE_VARIABLE, "blue bird")
    at = pressed(AppTest.from_function(_page, default_timeout=60).run())
    assert not changed(at)
    unlock(at, "red fish")
    assert at.error[0].value.startswith("That is not the passcode")
    unlock(at, "blue bird")
    assert changed(pressed(at))


@pytest.mark.parametrize("address", ["0.0.0.0", "127.0.0.1"])
def test_a_passcode_that_is_none_lets_nobody_in(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    bound_to(monkeypatch, address)
    monkeypatch.setenv(PASSCODE_VARIABLE, "blue")
    at = pressed(AppTest.from_function(_page, default_timeout=60).run())
    assert not changed(at)
    told = at.error[0].value.replace("\\", "")
    assert told.startswith("Nobody can change *something*: the passcode has 4 characters, expected 6 to 1000; ")
    assert told.endswith(f"in {PASSCODE_VARIABLE}.")


def test_wrong_passcodes_are_slowed_down(monkeypatch: pytest.MonkeyPatch) -> None:
    bound_to(monkeypatch, "0.0.0.0")
    monkeypatch.setenv(PASSCODE_HASH_VARIABLE, hash_passcode("blue bird"))
    stored = hash_passcode("blue bird")
    for _ in range(5):
        assert guard._refusal("wrong", stored) == "That is not the passcode; ask whoever runs this dashboard."
    assert guard._refusal("blue bird", stored).startswith("Too many wrong passcodes; try again in ")


def test_nothing_typed_is_no_attempt() -> None:
    stored = hash_passcode("blue bird")
    for _ in range(7):
        assert guard._refusal("", stored) == "Type the passcode."
    assert guard._refusal("blue bird", stored) == ""


def test_right_passcodes_do_not_count() -> None:
    stored = hash_passcode("blue bird")
    assert [guard._refusal("blue bird", stored) for _ in range(7)] == [""] * 7
