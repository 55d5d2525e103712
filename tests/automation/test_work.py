from tests.automation.engine_events import ORDERS, PARENT, after, before, failed, said

from scalewright.automation.work import Work, worded

SERVICE = f"{PARENT}kubernetes:core/v1:Service::orders"
COMPONENT = "urn:pulumi:dev::scalewright::scalewright:index:Service::orders"
NAMESPACE = f"{PARENT}kubernetes:core/v1:Namespace::shop-dev"
REFUSED = (
    f'1 error occurred:\n\t* resource "{ORDERS}" was successfully created, but the Kubernetes API server reported that '
    "it failed to fully initialize or become live: Resource operation was cancelled\n\n"
)


def taken(*events: object, kept: frozenset[str] = frozenset(), comparing: bool = False) -> Work:
    work = Work(kept, comparing=comparing)
    for event in events:
        work.take(event)  # type: ignore[arg-type]
    return work


def test_a_step_is_shown_from_its_beginning_to_its_end() -> None:
    work = taken(before("create"))
    [step] = work.steps.values()
    assert (step.name, step.phase, step.has_ended) == ("Deployment orders", "creating", False)
    work.take(said("[1/2] Waiting for pods\n", urn=ORDERS, ephemeral=True))
    assert step.detail == "[1/2] Waiting for pods"
    work.take(after("create"))
    assert (step.phase, step.has_ended, step.detail) == ("created", True, "")
    assert step.line.split()[:3] == ["Deployment", "orders", "created"]
    assert work.ended() == {"created": ["Deployment orders"]}


def test_components_and_what_stays_the_same_are_no_steps() -> None:
    work = taken(before("create", COMPONENT), after("create", COMPONENT), before("same"), after("same"))
    assert (work.steps, work.changes) == ({}, {})
    assert work.compared == 1


def test_what_an_update_finds_before_it_begins_is_not_what_it_changes() -> None:
    work = taken(before("refresh"), after("update", detailedDiff={"spec.replicas": {"diffKind": "update"}}))
    assert (work.steps, work.changes) == ({}, {})


def test_a_comparison_tells_what_is_changed_and_gone_and_what_is_as_it_was() -> None:
    work = taken(
        before("refresh"),
        after(
            "update",
            old={"outputs": {"spec": {"replicas": 1}}},
            new={"inputs": {"spec": {"replicas": 2}}},
            detailedDiff={"spec.replicas": {"diffKind": "update"}},
        ),
        after("delete", SERVICE),
        after("same", NAMESPACE),
        comparing=True,
    )
    drift = work.drift()
    assert [(one.name, one.action) for one in drift.changes] == [
        ("Deployment orders", "changed"),
        ("Service orders", "removed"),
        ("Namespace shop-dev", "unchanged"),
    ]
    [field] = drift.changes[0].fields
    assert (field.before, field.after) == (1, 2)


def test_what_fails_is_told_with_its_name_and_without_what_the_provider_says_of_itself() -> None:
    work = taken(before("create"), said(REFUSED, "error", ORDERS), failed("create"), before("delete", SERVICE))
    told = "did not become ready: Resource operation was cancelled"
    assert work.errors == [f"Deployment orders: {told}"]
    assert work.steps[ORDERS].detail == told
    assert work.ended() == {"failed": ["Deployment orders"], "unfinished": ["Service orders"]}


def test_what_the_engine_says_of_itself_is_left_out_and_nothing_else() -> None:
    work = taken(said("update failed\n", "error"), said("the last update failed halfway\n", "error"))
    assert work.errors == ["the last update failed halfway"]


def test_a_trouble_that_many_have_is_told_once() -> None:
    urns = [f"{PARENT}kubernetes:core/v1:Service::s{number}" for number in range(5)]
    work = taken(*(said("the cluster is away\n", "error", urn) for urn in urns))
    assert work.errors == ["Service s0, Service s1, Service s2 and 2 more: the cluster is away"]


def test_mistakes_of_the_program_are_a_line_each_and_told_once() -> None:
    trouble = "namespace shop-dev belongs to somebody else\nthe cluster is too old\n"
    ending = "an unhandled error occurred: program exited with non-zero exit code: 1\n"
    work = taken(said(trouble, "error"), said(trouble, "error"), said(ending, "error"))
    assert work.errors == ["namespace shop-dev belongs to somebody else", "the cluster is too old"]


def test_what_is_not_deleted_is_kept() -> None:
    work = taken(
        *(before("delete", NAMESPACE), after("delete", NAMESPACE), before("delete"), after("delete")),
        kept=frozenset({NAMESPACE}),
    )
    assert work.ended() == {"kept": ["Namespace shop-dev"], "deleted": ["Deployment orders"]}
    assert work.changes[NAMESPACE].action == "kept"


def test_a_replacement_is_one_change() -> None:
    work = taken(before("delete-replaced"), before("replace"), before("create-replacement"))
    assert [one.action for one in work.changes.values()] == ["replaced"]


def test_notes_are_what_a_program_says_and_not_what_the_engine_does() -> None:
    work = taken(
        said("dev: context kind\n  note: no metrics\n"),
        said("registering resource\n", "debug"),
        said("using pulumi-resource-random from $PATH at /bin\n", "warning"),
        said("\n", urn=ORDERS, ephemeral=True),
    )
    assert work.notes == ["dev: context kind\n  note: no metrics"]


def test_an_update_that_does_not_become_ready_is_worded_like_a_creation() -> None:
    text = (
        'the Kubernetes API server reported that "shop-dev/orders" failed to fully initialize or become live: timed out'
    )
    assert worded(f"2 errors occurred:\n\t* {text}\n\t* no pods\n") == "did not become ready: timed out\nno pods"
