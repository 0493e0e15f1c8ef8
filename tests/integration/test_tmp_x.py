import pytest
from tests.integration import test_examples as t
mine=[e for e in t.TO_RUN if t.identify(e)[0] in ("docs/migration.md","docs/ci.md","docs/testing.md","docs/least-privilege.md")]
t.SHARED_RUN=[e for e in mine if t.is_for_localhost(e) and t.identify(e) not in t.ATTENDED]
ALONE=[e for e in mine if e not in t.SHARED_RUN]
from tests.integration.test_examples import examples, checked
@pytest.mark.parametrize("example", t.SHARED_RUN, ids=str)
def test_c(checked, example): t.test_example_runs_with_check(checked, example)
@pytest.mark.parametrize("example", t.SHARED_RUN, ids=str)
def test_t(examples, example): t.test_example_runs_twice(examples, example)
def test_w(examples): t.test_examples_warn_of_nothing_and_show_no_secret(examples)
@pytest.mark.parametrize("example", ALONE, ids=str)
def test_a(run_playbook, start_at_terminal, emulator, example): t.test_example_runs_alone(run_playbook, start_at_terminal, emulator, example)
