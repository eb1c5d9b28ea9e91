"""Passages that fit a question, and what a text costs."""

import pytest

from desktopchat.documents.estimate import estimated_tokens
from desktopchat.documents.extracted import Extracted, Section
from desktopchat.documents.kinds import FileType, Kind
from desktopchat.documents.passages import MAX_TOKENS, PassageIndex, best_passages, passages_of

TOPICS = {
    1: "The tenant pays the rent on the fifth of each month.",
    2: "Either party may terminate the lease with three months' notice.",
    3: "违约金：乙方逾期支付租金的，每日按照应付金额的千分之三支付。",
    4: "保険料は毎年四月に支払うものとする。",
    5: "Keller und Dachböden dürfen nicht vermietet werden.",
    6: "The garden is looked after by the landlord, who owns the tools.",
}


def document(*sections: Section) -> Extracted:
    return Extracted(sections, FileType(Kind.PDF, "application/pdf"), pages=len(sections))


LEASE = document(*(Section(text, f"Part {page}", page) for page, text in TOPICS.items()))


@pytest.mark.parametrize(
    ("question", "page"),
    [
        ("When is the rent due?", 1),
        ("How is termination possible?", 2),
        ("违约金是多少？", 3),
        ("保険料はいつ払いますか", 4),
        ("dachboden vermieten?", 5),
        ("GARDEN", 6),
        ("part 4", 4),
    ],
)
def test_the_right_page_comes_first(question: str, page: int) -> None:
    best = best_passages(LEASE, question, 1000)
    assert best[0].page == page
    assert best[0].score > 0
    assert [passage.score for passage in best] == sorted((passage.score for passage in best), reverse=True)


def test_a_question_about_something_else_finds_nothing() -> None:
    index = PassageIndex(LEASE)
    assert index.best("zebra 斑马", 1000) == []
    assert index.best("?!", 1000) == []
    assert index.best('"quoted" OR (broken NEAR', 1000) == []


def test_the_budget_holds() -> None:
    long = document(*(Section("rent " * 200, page=page) for page in range(1, 20)))
    best = best_passages(long, "rent", 600)
    assert 0 < sum(estimated_tokens(passage.text) for passage in best) <= 600


@pytest.mark.parametrize(
    "text",
    [
        "A sentence of some length that says something. " * 200,
        "这是一个关于租金的句子。" * 300,
        "x" * 50_000,
        "文" * 5_000,
        "line\n" * 3_000,
        "| a | b |\n" * 2_000,
    ],
)
def test_passages_are_of_a_bounded_size_and_lose_nothing(text: str) -> None:
    passages = list(passages_of(document(Section(text, "T", 7))))
    assert max(estimated_tokens(passage.text) for passage in passages) <= MAX_TOKENS
    assert "".join("".join(passage.text.split()) for passage in passages) == "".join(text.split())
    assert [passage.index for passage in passages] == list(range(len(passages)))
    assert {(passage.title, passage.page) for passage in passages} == {("T", 7)}


@pytest.mark.parametrize(
    ("text", "tokens"),
    [("", 0), ("a", 1), ("four" * 100, 100), ("租金" * 50, 100), ("рента" * 20, 50), ("😀" * 10, 10), ("租a", 2)],
)
def test_tokens_are_estimated_by_script(text: str, tokens: int) -> None:
    assert estimated_tokens(text) == tokens
