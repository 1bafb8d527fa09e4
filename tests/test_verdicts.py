from huizan.inference.checks import not_run
from huizan.inference.verdicts import CHECK, verdict, why_not


def test_every_check_has_its_words() -> None:
    assert {check["name"] for check in not_run("")["checks"]} <= set(CHECK)


def test_a_check_of_tomorrow_is_said_as_written() -> None:
    found = verdict(
        {"name": "a_new_one", "passed": True, "figure": {"some_number": 12_345.0}, "why": "because"}
    )
    assert found.question == found.title == ("a new one", "a new one")
    assert found.answer == ("because", "because")
    assert found.figures == [(("some number", "some number"), ("12,345", "12,345"))]


def test_figures_by_cause_become_a_table() -> None:
    figure = {"largest_error": 0.0189, "cause": "content_quality",
              "drawn": {"content_quality": 0.457, "moon": 0.0}, "recovered": {"content_quality": 0.438}}  # fmt: skip
    found = verdict({"name": "recovery_on_simulated_data", "passed": True, "figure": figure})
    assert [value.zh for _, value in found.figures] == ["1.9%", "内容质量"]
    assert [[cell.en for cell in row] for row in found.rows] == [
        ["content quality", "46%", "44%"],
        ["moon", "0%", "–"],
    ]
    assert [cell.zh for cell in found.head] == ["原因", "真实", "复原"]


def test_a_draw_is_no_refusal_to_look() -> None:
    drawn = verdict(
        {
            "name": "negative_control_time_shift",
            "passed": None,
            "figure": {"log_likelihood_gain": 0.1},
            "why": "w",
        }
    )
    absent = verdict(
        {"name": "negative_control_time_shift", "passed": None, "figure": {}, "why": "no dated comments"}
    )
    assert "看不出差别" in drawn.answer.zh and absent.answer == ("没有带时间的评论", "no dated comments")


def test_reasons_keep_their_counts() -> None:
    assert why_not("too few un-likes in the first two seconds (3)").zh == "头两秒的取消太少 (3)"
    assert why_not("a reason of tomorrow") == ("a reason of tomorrow", "a reason of tomorrow")
