//! What AWS would decide, for a person and for a program.

use gardefou_finding::{Tool, Untrusted};
use gardefou_iam::cases::{CaseAnswer, CaseError};
use gardefou_iam::policy::Effect;
use gardefou_iam::{Decision, Outcome, Reason, StatementRef, Step};

use serde::Serialize;

use crate::catalogue::{Counted, Message, Say, Sentence};
use crate::document::{Block, Document, Section};
use crate::proof::plain_text;
use crate::{Lang, Options, json, text};

/// Renders answers for a terminal, or as JSON: a list in the order of the
/// cases. What is written ends in a line end.
pub fn render_answers(
    answers: &[CaseAnswer],
    tool: &Tool,
    as_json: bool,
    options: &Options,
) -> String {
    if as_json {
        let written: Vec<Written<'_>> = answers.iter().map(Written::new).collect();
        return json::render(&written, options.pretty) + "\n";
    }
    let say = Say { lang: options.lang };
    let document = Document {
        title: Message::ReportTitle,
        say,
        headline: say.count(Counted::Cases, answers.len() as u64),
        worst: None,
        notes: Vec::new(),
        incidents: Vec::new(),
        sections: answers.iter().map(|answer| section(say, answer)).collect(),
        colophon: say.fill(
            Message::WrittenByTool,
            &[
                ("tool", Sentence::plain(tool.name.as_str())),
                ("version", Sentence::plain(tool.version.as_str())),
            ],
        ),
    };
    text::render_document(&document, options)
}

/// An answer in JSON: what it says, and the reasons also as sentences.
#[derive(Serialize)]
struct Written<'a> {
    name: &'a Option<Untrusted>,
    decision: Decision,
    reasons: Vec<String>,
    because: &'a [Reason],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    ignored: &'a [Untrusted],
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a CaseError>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    trace: &'a [Step],
}

impl<'a> Written<'a> {
    fn new(answer: &'a CaseAnswer) -> Self {
        let say = Say { lang: Lang::En };
        Self {
            name: &answer.name,
            decision: answer.decision,
            reasons: reasons(say, answer).iter().map(plain_text).collect(),
            because: &answer.reasons,
            ignored: &answer.ignored,
            error: answer.error.as_ref(),
            trace: &answer.trace,
        }
    }
}

/// Why it was decided so, or not decided.
fn reasons(say: Say, answer: &CaseAnswer) -> Vec<Sentence> {
    let mut lines: Vec<Sentence> = answer.reasons.iter().map(|it| reason(say, it)).collect();
    lines.extend(answer.error.as_ref().map(|error| {
        let place = format!("{}:{}", error.line, error.column);
        let values = [
            ("place", Sentence::code(&place)),
            ("path", Sentence::quote(&error.path)),
            ("what", Sentence::plain(error.message.escaped())),
        ];
        say.fill(Message::AnswerNotValid, &values)
    }));
    lines
}

fn section(say: Say, answer: &CaseAnswer) -> Section<'static> {
    let decision = match answer.error {
        Some(_) => say.label(Message::AnswerError),
        None => say.word(answer.decision),
    };
    let title = match &answer.name {
        Some(name) => format!("{}{}{decision}", name.escaped(), say.label(Message::Colon)),
        None => decision,
    };
    let mut lines = reasons(say, answer);
    lines.extend(
        answer
            .ignored
            .iter()
            .map(|name| say.fill(Message::AnswerIgnored, &[("name", Sentence::quote(name))])),
    );
    let mut blocks = vec![Block::List(lines)];
    if !answer.trace.is_empty() {
        blocks.push(Block::List(
            answer.trace.iter().map(|it| step(say, it)).collect(),
        ));
    }
    Section {
        id: "answer",
        title,
        blocks,
        folded: false,
    }
}

fn reason(say: Say, reason: &Reason) -> Sentence {
    match reason {
        Reason::Statement(it) => {
            let message = match it.effect {
                Effect::Allow => Message::AnswerAllows,
                Effect::Deny => Message::AnswerDenies,
            };
            say.fill(message, &[("statement", statement(say, it))])
        }
        Reason::NothingAllows { layer, level } => {
            let layer = Sentence::plain(say.word(*layer));
            let layer = with_level(layer, level.as_ref());
            say.fill(Message::AnswerNothingAllows, &[("layer", layer)])
        }
        Reason::Rule { rule } => Sentence::plain(say.word(*rule)),
        Reason::UnknownKey { key, statements } => {
            let statements = statements.iter().map(|it| statement(say, it)).collect();
            let values = [
                ("key", Sentence::quote(key)),
                ("statements", say.list(statements)),
            ];
            say.fill(Message::AnswerUnknown, &values)
        }
    }
}

/// The policy, and the statement as the policy's own path to it.
fn statement(say: Say, it: &StatementRef) -> Sentence {
    let layer = Sentence::plain(say.word(it.layer));
    let mut sentence = with_level(layer, it.level.as_ref())
        .with(" ")
        .then_quote(&it.policy)
        .with(&format!(", Statement[{}]", it.index));
    if let Some(sid) = &it.sid {
        sentence = sentence.with(" (").then_quote(sid).with(")");
    }
    sentence
}

fn with_level(sentence: Sentence, level: Option<&Untrusted>) -> Sentence {
    match level {
        Some(level) => sentence.with(" (").then_quote(level).with(")"),
        None => sentence,
    }
}

fn step(say: Say, step: &Step) -> Sentence {
    let outcome = match &step.outcome {
        Outcome::Applies if step.statement.effect == Effect::Allow => {
            say.plain(Message::TraceAllows)
        }
        Outcome::Applies => say.plain(Message::TraceDenies),
        Outcome::OtherAction => say.plain(Message::TraceOtherAction),
        Outcome::OtherPrincipal => say.plain(Message::TraceOtherPrincipal),
        Outcome::OtherResource => say.plain(Message::TraceOtherResource),
        Outcome::DoesNotBind => say.plain(Message::TraceDoesNotBind),
        Outcome::ConditionFails { key } => {
            say.fill(Message::TraceCondition, &[("key", Sentence::quote(key))])
        }
        Outcome::Unknown { keys } => {
            let keys = say.list(keys.iter().map(Sentence::quote).collect());
            say.fill(Message::TraceUnknown, &[("keys", keys)])
        }
    };
    statement(say, &step.statement)
        .with(&say.label(Message::Colon))
        .joined(outcome)
}
