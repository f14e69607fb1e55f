//! `gardefou iam evaluate`: cases → answers.

use std::path::Path;

use gardefou_finding::ExitStatus;
use gardefou_host::{Stream, Terminal, print, read_limited, read_text};
use gardefou_iam::cases::{self, Case, CaseAnswer, Named, Policies};
use gardefou_iam::{
    Action, Attached, Context, Level, Policy, PolicyKind, Principal, RequestError, Resource,
};
use gardefou_report::{Options, render_answers};

use super::args::{AnswerFormat, Evaluate, PolicyFlags, RequestFlags};
use crate::commands::{Error, colour, tool};

/// Largest file of cases, in bytes.
const MAX_CASES: usize = 256 << 20;

/// Largest file of a policy, in bytes; the parser's own limit is smaller.
const MAX_POLICY: u64 = 8 << 20;

/// Runs `gardefou iam evaluate`.
pub(crate) fn run(options: &Evaluate) -> Result<ExitStatus, Error> {
    let cases = match &options.cases {
        Some(path) => read_cases(path)?,
        None => vec![one_case(options)?],
    };
    let answers: Vec<CaseAnswer> = cases
        .iter()
        .map(|case| {
            if options.explain {
                case.answer_with_trace()
            } else {
                case.answer()
            }
        })
        .collect();
    show(options, &answers)?;
    Ok(status(&answers))
}

/// The one place that decides the exit status of answers: whatever was
/// decided was asked for, but a case that could not be judged is incomplete.
fn status(answers: &[CaseAnswer]) -> ExitStatus {
    if answers.iter().any(|answer| answer.error.is_some()) {
        ExitStatus::Incomplete
    } else {
        ExitStatus::Clean
    }
}

fn show(options: &Evaluate, answers: &[CaseAnswer]) -> Result<(), Error> {
    let terminal = Terminal::of(Stream::Out);
    let shown = Options {
        lang: options.lang,
        width: terminal.width.map_or(100, usize::from),
        colour: colour(options.color, &terminal),
        pretty: true,
    };
    let format = options.format.unwrap_or(match options.cases {
        Some(_) => AnswerFormat::Json,
        None => AnswerFormat::Text,
    });
    let text = render_answers(answers, &tool(), format == AnswerFormat::Json, &shown);
    print(Stream::Out, &text).map(drop).map_err(Error::output)
}

fn read_cases(path: &Path) -> Result<Vec<Named>, Error> {
    let wrong = |why: String| Error::Usage(format!("`{}`: {why}", path.display()));
    let bytes = read_limited(path, MAX_CASES).map_err(|error| Error::file(path, error))?;
    let text = String::from_utf8(bytes).map_err(|error| wrong(error.to_string()))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    cases::read(text).map_err(|error| wrong(error.to_string()))
}

fn one_case(options: &Evaluate) -> Result<Named, Error> {
    let request = &options.request;
    let wrong = |error: RequestError| Error::Usage(error.to_string());
    let case = Case {
        principal: Principal::parse(request.principal.as_deref().unwrap_or_default())
            .map_err(wrong)?,
        action: Action::new(request.action.as_deref().unwrap_or_default()).map_err(wrong)?,
        resource: Resource::new(&request.resource, request.resource_account.as_deref())
            .map_err(wrong)?,
        context: context(request),
        policies: policies(&options.policies)?,
        ignored: Vec::new(),
    };
    Ok(Named {
        name: None,
        case: Ok(case),
    })
}

/// A key that is given several times has several values.
fn context(request: &RequestFlags) -> Context {
    let mut context = Context::complete();
    for (key, value) in &request.context {
        let all: Vec<&str> = request
            .context
            .iter()
            .filter(|(other, _)| other.eq_ignore_ascii_case(key))
            .map(|(_, value)| value.as_str())
            .collect();
        context = if all.len() == 1 {
            context.with(key, value)
        } else {
            context.with_all(key, all)
        };
    }
    let unknown = request.unknown.iter();
    unknown.fold(context, |context, key| context.with_unknown(key))
}

fn policies(flags: &PolicyFlags) -> Result<Policies, Error> {
    let list = |paths: &[std::path::PathBuf], kind| -> Result<Vec<Attached>, Error> {
        paths.iter().map(|path| attached(path, kind)).collect()
    };
    Ok(Policies {
        identity: list(&flags.policy, PolicyKind::Identity)?,
        resource: list(&flags.resource_policy, PolicyKind::Resource)?,
        boundaries: list(&flags.boundary, PolicyKind::Boundary)?,
        session: list(&flags.session_policy, PolicyKind::Session)?,
        service_control: levels(&flags.scp, PolicyKind::ServiceControl)?,
        resource_control: levels(&flags.rcp, PolicyKind::ResourceControl)?,
        endpoint: list(&flags.endpoint_policy, PolicyKind::Endpoint)?,
    })
}

/// The levels in the order in which they are first named.
fn levels(named: &[(String, String)], kind: PolicyKind) -> Result<Vec<Level>, Error> {
    let mut levels: Vec<Level> = Vec::new();
    for (name, file) in named {
        let policy = attached(Path::new(file), kind)?;
        match levels.iter_mut().find(|level| *level.name == **name) {
            Some(level) => level.policies.push(policy),
            None => levels.push(Level {
                name: name.as_str().into(),
                policies: vec![policy],
            }),
        }
    }
    Ok(levels)
}

fn attached(path: &Path, kind: PolicyKind) -> Result<Attached, Error> {
    let text = read_text(path, MAX_POLICY).map_err(|error| Error::file(path, error))?;
    let policy = Policy::parse(&text, kind)
        .map_err(|error| Error::Usage(format!("`{}`: {error}", path.display())))?;
    Ok(Attached::new(path.to_string_lossy(), policy))
}
