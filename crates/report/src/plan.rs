//! A plan of containment, and how far it is.

use gardefou_finding::{
    AwsCall, LeftOutReason, Loss, NextStep, Plan, PlanProof, PlanStatus, PlanStep, Power, StepKind,
    StepState, Thing, TrustSource, Untrusted,
};

use crate::catalogue::{Message, Say, Sentence, step_text};
use crate::document::{Block, Document, Note, Section, Step};
use crate::{Format, Options, json, markdown, text};

/// Most command lines of one step, or of several alike, on a terminal.
const MAX_LINES: usize = 12;
/// The same in a runbook, by which somebody works.
const MAX_RUNBOOK_LINES: usize = 1_000;

/// Renders a plan: text for a terminal, JSON, or a runbook in Markdown; other
/// formats are Markdown too. The answer ends in a line end.
pub fn render_plan(plan: &Plan, format: Format, options: &Options) -> String {
    let say = Say { lang: options.lang };
    match format {
        Format::Json => json::render(plan, options.pretty) + "\n",
        Format::Text => {
            let teller = Teller::new(plan, say, MAX_LINES);
            text::render_document(&teller.document(), options)
        }
        _ => markdown::render_document(&Teller::new(plan, say, MAX_RUNBOOK_LINES).document()),
    }
}

/// Renders how far a plan is, as text or JSON.
pub fn render_plan_status(status: &PlanStatus, as_json: bool, options: &Options) -> String {
    if as_json {
        return json::render(status, options.pretty) + "\n";
    }
    let say = Say { lang: options.lang };
    let mut lines = String::new();
    for step in &status.steps {
        let word = say.label(state(step.state));
        let detail = step.detail.as_ref().map(Untrusted::escaped);
        let detail = detail.map_or_else(String::new, |detail| format!(": {detail}"));
        lines.push_str(&format!(
            "{}  {word}{detail}\n",
            Untrusted::new(step.id.as_str()).escaped()
        ));
    }
    lines
}

fn state(state: StepState) -> Message {
    match state {
        StepState::Open => Message::StepOpen,
        StepState::Begun => Message::StepBegun,
        StepState::Done => Message::StepDone,
        StepState::Already => Message::StepAlready,
        StepState::Undone => Message::StepUndone,
        StepState::Stopped => Message::StepStopped,
        StepState::OtherAccount => Message::StepOtherAccount,
        StepState::Reverted => Message::StepReverted,
    }
}

fn loss(loss: Loss) -> Message {
    match loss {
        Loss::AccessKeys => Message::LossAccessKeys,
        Loss::Password => Message::LossPassword,
        Loss::MfaDevice => Message::LossMfaDevice,
        Loss::UniqueId => Message::LossUniqueId,
        Loss::OtherCredentials => Message::LossOtherCredentials,
        Loss::Instances => Message::LossInstances,
        Loss::Tasks => Message::LossTasks,
        Loss::SpotRequests => Message::LossSpotRequests,
        Loss::FunctionUrl => Message::LossFunctionUrl,
        Loss::MailVerification => Message::LossMailVerification,
    }
}

fn reason(reason: LeftOutReason) -> Message {
    match reason {
        LeftOutReason::Responder => Message::LeftOutResponder,
        LeftOutReason::ServiceLinked => Message::LeftOutServiceLinked,
        LeftOutReason::PermissionSet => Message::LeftOutPermissionSet,
        LeftOutReason::Root => Message::LeftOutRoot,
        LeftOutReason::NameUnknown => Message::LeftOutNameUnknown,
        LeftOutReason::TrustUnknown => Message::LeftOutTrustUnknown,
    }
}

/// Whether two steps are told by the same sentences.
fn are_alike(one: &PlanStep, other: &PlanStep) -> bool {
    let told = |step: &PlanStep| {
        let follows = (step.calls_follow_state, step.undo_follows_state);
        (step.kind, follows)
    };
    told(one) == told(other)
        && one.account == other.account
        && one.risk == other.risk
        && one.losses == other.losses
        && trust_source(one) == trust_source(other)
}

/// Where the trust policy of a step is known from.
fn trust_source(step: &PlanStep) -> Option<&TrustSource> {
    match &step.thing {
        Thing::Trust { known_from, .. } => Some(known_from),
        _ => None,
    }
}

struct Teller<'a> {
    plan: &'a Plan,
    say: Say,
    /// Most command lines of one step.
    most: usize,
}

impl<'a> Teller<'a> {
    fn new(plan: &'a Plan, say: Say, most: usize) -> Self {
        Self { plan, say, most }
    }

    fn document(&self) -> Document<'static> {
        let plan = self.plan;
        let mut sections = Vec::new();
        let alike = plan.steps.chunk_by(are_alike);
        let steps = alike.filter_map(|steps| self.steps(steps)).collect();
        let intro = Block::Paragraph(self.say.plain(Message::PlanIntro));
        sections.push(self.section(
            "steps",
            Message::PlanSteps,
            vec![intro, Block::Steps(steps)],
        ));
        if let Some(proof) = &plan.proof {
            sections.push(self.section("proof", Message::PlanProof, self.proof(proof)));
        }
        if !plan.left_out.is_empty() {
            let items = plan.left_out.iter().map(|one| {
                let colon = self.say.label(Message::Colon);
                Sentence::quote(&one.target)
                    .with(&colon)
                    .joined(self.say.plain(reason(one.reason)))
            });
            let list = vec![Block::List(items.collect())];
            sections.push(self.section("left", Message::PlanLeftOut, list));
        }
        if !plan.by_hand.is_empty() {
            let alike = plan.by_hand.chunk_by(|one, other| one.kind == other.kind);
            let steps = alike.filter_map(|steps| self.by_hand(steps)).collect();
            sections.push(self.section("hand", Message::PlanByHand, vec![Block::Steps(steps)]));
        }
        let number = |n: usize| Sentence::plain(self.say.number(n as u64));
        let values = [
            ("n", number(plan.steps.len())),
            ("hand", number(plan.by_hand.len())),
            ("incident", Sentence::code(&plan.incident)),
        ];
        Document {
            say: self.say,
            title: Message::PlanTitle,
            headline: self.say.fill(Message::PlanHeadline, &values),
            worst: None,
            notes: self.notes(),
            incidents: Vec::new(),
            sections,
            colophon: self.colophon(),
        }
    }

    fn colophon(&self) -> Sentence {
        let tool = &self.plan.tool;
        let values = [
            ("tool", Sentence::plain(tool.name.as_str())),
            ("version", Sentence::plain(tool.version.as_str())),
        ];
        self.say.fill(Message::WrittenByTool, &values)
    }

    fn notes(&self) -> Vec<Note> {
        let note = |message, warns| Note {
            text: self.say.plain(message),
            warns,
        };
        let mut notes = Vec::new();
        match &self.plan.proof {
            None => notes.push(note(Message::PlanNoSnapshot, true)),
            Some(proof) if proof.after.is_empty() && proof.not_in_snapshot.is_empty() => {
                notes.push(note(Message::PlanNothingRemains, false));
            }
            Some(_) => notes.push(note(Message::PlanSomethingRemains, true)),
        }
        if self
            .plan
            .proof
            .as_ref()
            .and_then(|proof| proof.responder_can)
            == Some(false)
        {
            notes.push(note(Message::PlanResponderCannot, true));
        }
        if self.plan.offered_scp.is_some() {
            notes.push(note(Message::PlanScp, false));
        }
        notes
    }

    fn section(
        &self,
        id: &'static str,
        title: Message,
        blocks: Vec<Block<'static>>,
    ) -> Section<'static> {
        Section {
            id,
            title: self.say.label(title),
            blocks,
            folded: false,
        }
    }

    /// Steps that are alike, as one.
    fn steps(&self, steps: &[PlanStep]) -> Option<Step> {
        let (first, rest) = steps.split_first()?;
        let mut name = Sentence::strong(first.id.as_str());
        if let Some(last) = rest.last() {
            name = name.with(" … ").joined(Sentence::strong(last.id.as_str()));
        }
        let count = steps.iter().map(|step| step.thing.count()).sum();
        let title = self.title(first.kind, &first.target, count);
        let commands = steps
            .iter()
            .flat_map(|step| self.commands(step, !rest.is_empty()));
        let (commands, more) = self.within(commands.collect());
        let escaped = commands
            .iter()
            .any(|line| Untrusted::new(line.as_str()).escaped() != *line);
        Some(Step {
            title: name.with(" ").joined(title),
            place: self.place(steps),
            stops: self.about(first),
            commands: commands.into_iter().map(Untrusted::new).collect(),
            more,
            caution: escaped.then(|| self.say.plain(Message::CommandEscaped)),
        })
    }

    fn title(&self, kind: StepKind, target: &Untrusted, count: u64) -> Sentence {
        let number = |n: u64| Sentence::plain(self.say.number(n));
        let values = [
            ("target", Sentence::quote(target)),
            ("n", number(count)),
            ("rest", number(count.saturating_sub(1))),
        ];
        let text = step_text(kind).title.of(count, self.say.lang);
        self.say.fill_pair(text, &values)
    }

    /// A step's calls and their undo. Beside others, it says which it is.
    fn commands(&self, step: &PlanStep, has_others: bool) -> Vec<String> {
        let mut lines = Vec::new();
        if has_others {
            let region = step.region.as_deref().unwrap_or_default();
            let name = format!("# {} {} {region}", step.id, step.target.escaped());
            lines.push(name.trim_end().to_owned());
        }
        lines.extend(step.calls.iter().map(AwsCall::cli_line));
        let undo = self.say.label(Message::PlanUndo);
        let undone = step.undo.iter().map(AwsCall::cli_line);
        lines.extend(undone.map(|line| format!("# {undo} {line}")));
        lines
    }

    /// As many lines as are shown, and what is said of the others.
    fn within<T>(&self, mut lines: Vec<T>) -> (Vec<T>, Option<Sentence>) {
        let left = lines.len().saturating_sub(self.most);
        lines.truncate(self.most);
        let number = Sentence::plain(self.say.number(left as u64));
        let more = (left > 0).then(|| self.say.fill(Message::PlanMoreLines, &[("n", number)]));
        (lines, more)
    }

    fn place(&self, steps: &[PlanStep]) -> Sentence {
        let Some(first) = steps.first() else {
            return Sentence::default();
        };
        let is_one = steps.iter().all(|step| step.region == first.region);
        let account = first.account.as_ref().map(Sentence::quote);
        let region = first.region.as_deref().filter(|_| is_one);
        let region = region.map(Sentence::code);
        match (account, region) {
            (Some(account), Some(region)) => self.say.fill(
                Message::InAccountRegion,
                &[("account", account), ("region", region)],
            ),
            (Some(account), None) => self.say.fill(Message::InAccount, &[("account", account)]),
            (None, Some(region)) => self.say.fill(Message::InRegion, &[("region", region)]),
            (None, None) => Sentence::default(),
        }
    }

    /// What it stops, whom it may hit, what cannot be undone.
    fn about(&self, step: &PlanStep) -> Sentence {
        let number = |n: u64| Sentence::plain(self.say.number(n));
        let mut about = Sentence::plain(step_text(step.kind).stops.text(self.say.lang));
        let risk = &step.risk;
        let risk = match (risk.made_by_incident, risk.calls_before, risk.history_days) {
            (true, ..) => self.say.plain(Message::RiskNone),
            (_, Some(calls), Some(days)) => self.say.fill(
                Message::RiskUsed,
                &[("calls", number(calls)), ("days", number(days))],
            ),
            _ => self.say.plain(Message::RiskUnknown),
        };
        about = about.with(" ").joined(risk);
        if let Some(source) = trust_source(step) {
            about = about.with(" ").joined(self.known_from(source));
        }
        if step.calls_follow_state {
            about = about
                .with(" ")
                .joined(self.say.plain(Message::PlanFollowsState));
        }
        if step.undo_follows_state {
            about = about
                .with(" ")
                .joined(self.say.plain(Message::PlanUndoFollows));
        }
        if !step.losses.is_empty() {
            let losses = step.losses.iter().map(|one| self.say.plain(loss(*one)));
            let losses = self.say.list(losses.collect());
            about = about
                .with(" ")
                .joined(self.say.fill(Message::PlanLosses, &[("losses", losses)]));
        }
        about
    }

    fn known_from(&self, source: &TrustSource) -> Sentence {
        match source {
            TrustSource::Snapshot => self.say.plain(Message::TrustFromSnapshot),
            TrustSource::Log { call, time } => self.say.fill(
                Message::TrustFromLog,
                &[
                    ("call", Sentence::quote(call)),
                    ("time", Sentence::plain(time.to_string())),
                ],
            ),
        }
    }

    /// Next steps of one kind, as one.
    fn by_hand(&self, steps: &[NextStep]) -> Option<Step> {
        let first = steps.first()?;
        let count = steps.iter().map(|step| step.count).sum();
        let commands = steps.iter().flat_map(|step| step.commands.iter().cloned());
        let (commands, more) = self.within(commands.collect());
        Some(Step {
            title: self.title(first.kind, &first.target, count),
            place: Sentence::default(),
            stops: Sentence::plain(step_text(first.kind).stops.text(self.say.lang)),
            commands,
            more,
            caution: None,
        })
    }

    fn proof(&self, proof: &PlanProof) -> Vec<Block<'static>> {
        let mut blocks = vec![Block::Paragraph(self.say.plain(Message::PlanBefore))];
        blocks.push(Block::List(
            proof.before.iter().map(|one| self.power(one)).collect(),
        ));
        if proof.after.is_empty() {
            blocks.push(Block::Paragraph(self.say.plain(Message::PlanAfterNone)));
        } else {
            blocks.push(Block::Paragraph(self.say.plain(Message::PlanAfter)));
            blocks.push(Block::List(
                proof.after.iter().map(|one| self.power(one)).collect(),
            ));
        }
        if !proof.not_in_snapshot.is_empty() {
            blocks.push(Block::Warning(self.say.plain(Message::PlanNotInSnapshot)));
            blocks.push(Block::List(
                proof.not_in_snapshot.iter().map(Sentence::quote).collect(),
            ));
        }
        blocks
    }

    fn power(&self, power: &Power) -> Sentence {
        let number = |n: u64| Sentence::plain(self.say.number(n));
        let means = match power.means {
            gardefou_finding::PowerMeans::Credential => Message::MeansCredential,
            gardefou_finding::PowerMeans::Session => Message::MeansSession,
        };
        let values = [
            ("who", Sentence::quote(&power.arn)),
            ("means", self.say.plain(means)),
            ("actions", number(power.actions)),
            ("others", number(power.becomes.len() as u64)),
        ];
        let message = if power.administrator {
            Message::PowerAdministrator
        } else {
            Message::PowerSome
        };
        self.say.fill(message, &values)
    }
}
