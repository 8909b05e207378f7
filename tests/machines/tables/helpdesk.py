"""What a help desk call may do."""

from agents.helpdesk import HELPDESK
from interlock.testing.table import AGENT, SYSTEM, OneFalse, Table

TRIAGE = (("begin_triage", "agent"),)
STEPPING = (*TRIAGE, ("troubleshoot", "agent"))
TRYING = (*STEPPING, ("step_found", "system"))

TABLE = Table(
    flow=HELPDESK,
    desks=("greeting", "triage", "troubleshooting", "resolved"),
    work=("stepping", "ticketing"),
    arrows=(
        (("greeting",), "begin_triage", AGENT, "triage"),
        (("triage",), "troubleshoot", AGENT, "stepping"),
        (("stepping",), "step_found", SYSTEM, "troubleshooting"),
        (("stepping",), "no_step_left", SYSTEM, "ticketing"),
        (("stepping",), "step_unknown", SYSTEM, "ticketing"),
        (("troubleshooting",), "report_step", AGENT, "stepping"),
        (("troubleshooting",), "change_problem", AGENT, "triage"),
        (("triage", "troubleshooting"), "resolve", AGENT, "resolved"),
        (("resolved",), "reopen", AGENT, "triage"),
        (("ticketing",), "ticket_opened", SYSTEM, "person"),
        (("ticketing",), "ticket_unconfirmed", SYSTEM, "person"),
    ),
    guarded={
        "begin_triage": ("caller_named",),
        "troubleshoot": ("issue_known", "severity_known"),
        "step_found": ("not_critical",),
    },
    one_false=(
        OneFalse("begin_triage", "caller_named", {"caller_name": None}),
        OneFalse("troubleshoot", "issue_known", {"issue_category": None}),
        OneFalse("troubleshoot", "severity_known", {"severity": None}),
        OneFalse("step_found", "not_critical", {"severity": "critical"}, leads_to="ticketing"),
    ),
    ways={
        "greeting": (),
        "triage": TRIAGE,
        "stepping": STEPPING,
        "troubleshooting": TRYING,
        "resolved": (*TRYING, ("resolve", "agent")),
        "ticketing": (*TRIAGE, ("escalate", "agent")),
    },
    known={"caller_name": "Ann", "issue_category": "printer", "severity": "normal"},
    back="triage",
    escalates_to="ticketing",
    arrives=(("ticket_opened", "system"),),
)
