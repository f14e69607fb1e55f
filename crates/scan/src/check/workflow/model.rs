//! A workflow as far as the checks look at it, with offsets.

use saphyr_parser::{Event, Parser};

/// Deepest nesting.
const MAX_DEPTH: usize = 64;
/// Most nodes.
const MAX_NODES: usize = 100_000;

/// A node of YAML with the offset of its first byte.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) at: usize,
    pub(crate) value: Value,
}

/// A node's value.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    Text(String),
    List(Vec<Node>),
    Map(Vec<(Node, Node)>),
    /// An alias: what it stands for is judged where it is defined.
    Alias,
}

impl Node {
    pub(crate) fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Self> {
        let Value::Map(pairs) = &self.value else {
            return None;
        };
        pairs
            .iter()
            .find(|(key, _)| key.text() == Some(name))
            .map(|(_, value)| value)
    }

    pub(crate) fn pairs(&self) -> &[(Self, Self)] {
        match &self.value {
            Value::Map(pairs) => pairs,
            _ => &[],
        }
    }

    pub(crate) fn items(&self) -> &[Self] {
        match &self.value {
            Value::List(items) => items,
            _ => &[],
        }
    }

    /// Every text below this node with its offset.
    pub(crate) fn texts<'a>(&'a self, out: &mut Vec<(usize, &'a str)>) {
        match &self.value {
            Value::Text(text) => out.push((self.at, text)),
            Value::List(items) => items.iter().for_each(|item| item.texts(out)),
            Value::Map(pairs) => pairs.iter().for_each(|(_, value)| value.texts(out)),
            Value::Alias => {}
        }
    }
}

/// A step: what it uses or runs.
#[derive(Clone, Debug, Default)]
pub(crate) struct Step {
    pub(crate) uses: Option<(usize, String)>,
    pub(crate) run: Option<(usize, String)>,
    /// Inputs, with their offsets.
    pub(crate) with: Vec<(String, usize, String)>,
    /// Variables, with their offsets.
    pub(crate) env: Vec<(String, usize, String)>,
    pub(crate) condition: String,
}

/// A job.
#[derive(Clone, Debug, Default)]
pub(crate) struct Job {
    pub(crate) steps: Vec<Step>,
    pub(crate) runs_on: Option<(usize, String)>,
    pub(crate) permissions: Vec<(usize, String, String)>,
    pub(crate) condition: String,
    /// Whether it waits for an environment, which can ask for approval.
    pub(crate) has_environment: bool,
}

/// A workflow, or the parts of one that a patch shows.
#[derive(Clone, Debug, Default)]
pub(crate) struct Workflow {
    /// Names of the events that start it; empty where they are not known.
    pub(crate) triggers: Vec<String>,
    pub(crate) permissions: Vec<(usize, String, String)>,
    pub(crate) jobs: Vec<Job>,
}

impl Workflow {
    /// Reads a whole workflow or a composite action.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let root = node(text)?;
        // YAML 1.1 reads `on` as a truth value; here it stays a word.
        let mut workflow = Self {
            triggers: root.get("on").map(names).unwrap_or_default(),
            permissions: root.get("permissions").map(permissions).unwrap_or_default(),
            jobs: Vec::new(),
        };
        for (_, job) in root.get("jobs").map_or(&[][..], Node::pairs) {
            workflow.jobs.push(job_of(job));
        }
        if let Some(runs) = root.get("runs") {
            workflow.jobs.push(job_of(runs));
        }
        Ok(workflow)
    }

    /// Reads what single lines tell: a patch shows parts of files.
    pub(crate) fn of_lines(text: &str) -> Self {
        let mut reader = LineReader::default();
        let mut at = 0;
        for line in text.split_inclusive('\n') {
            reader.line(at, line.trim_end());
            at += line.len();
        }
        reader.finish()
    }
}

fn names(node: &Node) -> Vec<String> {
    match &node.value {
        Value::Text(text) => vec![text.clone()],
        Value::List(items) => items
            .iter()
            .filter_map(Node::text)
            .map(str::to_owned)
            .collect(),
        Value::Map(pairs) => pairs
            .iter()
            .filter_map(|(key, _)| key.text())
            .map(str::to_owned)
            .collect(),
        Value::Alias => Vec::new(),
    }
}

fn permissions(node: &Node) -> Vec<(usize, String, String)> {
    match &node.value {
        Value::Text(text) => vec![(node.at, "*".to_owned(), text.clone())],
        _ => node
            .pairs()
            .iter()
            .filter_map(|(key, value)| {
                Some((key.at, key.text()?.to_owned(), value.text()?.to_owned()))
            })
            .collect(),
    }
}

fn job_of(node: &Node) -> Job {
    let mut job = Job {
        permissions: node.get("permissions").map(permissions).unwrap_or_default(),
        condition: node.get("if").and_then(Node::text).unwrap_or("").to_owned(),
        has_environment: node.get("environment").is_some(),
        ..Job::default()
    };
    if let Some(runs_on) = node.get("runs-on") {
        let mut labels = Vec::new();
        runs_on.texts(&mut labels);
        let labels: Vec<&str> = labels.into_iter().map(|(_, label)| label).collect();
        job.runs_on = Some((runs_on.at, labels.join(" ")));
    }
    if node.get("uses").is_some() {
        job.steps.push(step_of(node));
    }
    job.steps.extend(
        node.get("steps")
            .map_or(&[][..], Node::items)
            .iter()
            .map(step_of),
    );
    job
}

fn step_of(node: &Node) -> Step {
    let text = |name: &str| {
        node.get(name)
            .and_then(|value| Some((value.at, value.text()?.to_owned())))
    };
    Step {
        uses: text("uses"),
        run: text("run"),
        condition: text("if").map_or_else(String::new, |(_, condition)| condition),
        with: inputs(node.get("with")),
        env: inputs(node.get("env")),
    }
}

/// Names with their values.
fn inputs(node: Option<&Node>) -> Vec<(String, usize, String)> {
    let pairs = node.map_or(&[][..], Node::pairs).iter();
    pairs
        .filter_map(|(key, value)| {
            Some((key.text()?.to_owned(), value.at, value.text()?.to_owned()))
        })
        .collect()
}

/// Parses YAML into nodes: the first document, within the limits.
pub(crate) fn node(text: &str) -> Result<Node, String> {
    node_within(text, MAX_NODES)
}

/// Parses YAML of at most so many nodes.
pub(crate) fn node_within(text: &str, most: usize) -> Result<Node, String> {
    let offsets: Vec<usize> = if text.is_ascii() {
        Vec::new()
    } else {
        text.char_indices().map(|(at, _)| at).collect()
    };
    let place = |index: usize| {
        if offsets.is_empty() {
            index
        } else {
            offsets.get(index).copied().unwrap_or(text.len())
        }
    };
    let mut builder = Builder {
        most,
        ..Builder::default()
    };
    let mut parser = Parser::new_from_str(text);
    while let Some(event) = parser.next_event() {
        let (event, span) = event.map_err(|error| error.to_string())?;
        if builder.take(event, place(span.start.index()))? {
            break;
        }
    }
    builder.root.ok_or_else(|| "no document".to_owned())
}

#[derive(Default)]
struct Builder {
    stack: Vec<(Node, Option<Node>)>,
    root: Option<Node>,
    nodes: usize,
    /// Most nodes.
    most: usize,
}

impl Builder {
    /// Takes an event; `true` at the end of the first document.
    fn take(&mut self, event: Event<'_>, at: usize) -> Result<bool, String> {
        self.nodes += 1;
        if self.nodes > self.most || self.stack.len() > MAX_DEPTH {
            return Err("larger or deeper than is read".to_owned());
        }
        match event {
            Event::Scalar(text, ..) => self.add(Node {
                at,
                value: Value::Text(text.into_owned()),
            }),
            Event::Alias(_) => self.add(Node {
                at,
                value: Value::Alias,
            }),
            Event::SequenceStart(..) => self.stack.push((
                Node {
                    at,
                    value: Value::List(Vec::new()),
                },
                None,
            )),
            Event::MappingStart(..) => self.stack.push((
                Node {
                    at,
                    value: Value::Map(Vec::new()),
                },
                None,
            )),
            Event::SequenceEnd | Event::MappingEnd => {
                if let Some((node, _)) = self.stack.pop() {
                    self.add(node);
                }
            }
            Event::DocumentEnd => return Ok(true),
            _ => {}
        }
        Ok(false)
    }

    fn add(&mut self, node: Node) {
        let Some((parent, key)) = self.stack.last_mut() else {
            self.root.get_or_insert(node);
            return;
        };
        match &mut parent.value {
            Value::List(items) => items.push(node),
            Value::Map(pairs) => match key.take() {
                Some(key) => pairs.push((key, node)),
                None => *key = Some(node),
            },
            _ => {}
        }
    }
}

/// Reads steps from lines by their indentation.
#[derive(Default)]
struct LineReader {
    workflow: Workflow,
    job: Job,
    step: Step,
    /// Key and indentation of a block of text that goes on.
    block: Option<(String, usize, usize, String)>,
}

impl LineReader {
    fn line(&mut self, at: usize, line: &str) {
        let indent = line.len() - line.trim_start().len();
        if let Some((_, depth, _, body)) = &mut self.block {
            if line.trim().is_empty() || indent > *depth {
                body.push_str(line);
                body.push('\n');
                return;
            }
            self.end_block();
        }
        let mut content = line.trim_start();
        let mut depth = indent;
        if let Some(item) = content.strip_prefix("- ") {
            self.end_step();
            content = item.trim_start();
            depth = indent + 2;
        }
        let Some((key, value)) = content.split_once(':') else {
            return;
        };
        let place = at + line.len() - value.trim_start().len();
        self.pair(key.trim().trim_matches('"'), value.trim(), depth, place);
    }

    fn pair(&mut self, key: &str, value: &str, depth: usize, at: usize) {
        if matches!(value.chars().next(), Some('|' | '>')) {
            self.block = Some((key.to_owned(), depth, at, String::new()));
            return;
        }
        let value = value.trim_matches(['"', '\'']);
        match key {
            "pull_request_target"
            | "issue_comment"
            | "workflow_run"
            | "issues"
            | "discussion"
            | "pull_request"
                if depth <= 4 =>
            {
                self.workflow.triggers.push(key.to_owned());
            }
            "on" if !value.is_empty() => {
                let names = value
                    .split(['[', ']', ',', ' '])
                    .filter(|name| !name.is_empty());
                self.workflow.triggers.extend(names.map(str::to_owned));
            }
            "runs-on" => self.job.runs_on = Some((at, value.to_owned())),
            "permissions" if !value.is_empty() => {
                self.workflow
                    .permissions
                    .push((at, "*".to_owned(), value.to_owned()))
            }
            _ => self.value(key, value, at),
        }
    }

    fn value(&mut self, key: &str, value: &str, at: usize) {
        match key {
            "uses" => self.step.uses = Some((at, value.to_owned())),
            "run" => self.step.run = Some((at, value.to_owned())),
            "if" => self.step.condition = value.to_owned(),
            "name" | "id" | "env" | "with" | "shell" => {}
            _ => self.step.with.push((key.to_owned(), at, value.to_owned())),
        }
    }

    fn end_block(&mut self) {
        if let Some((key, _, at, body)) = self.block.take() {
            self.value(&key, &body, at);
        }
    }

    fn end_step(&mut self) {
        self.end_block();
        let step = std::mem::take(&mut self.step);
        if step.uses.is_some() || step.run.is_some() || !step.with.is_empty() {
            self.job.steps.push(step);
        }
    }

    fn finish(mut self) -> Workflow {
        self.end_step();
        self.workflow.jobs.push(self.job);
        self.workflow
    }
}
