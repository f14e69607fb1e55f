//! Shell text as commands with the words that they would get.
//!
//! The tokenizer and the word parser are `brush-parser`'s. Its grammar is not
//! used: a patch shows parts of scripts, which are no programs, and a flat list
//! of commands needs no recursion. Length and nesting are capped before.

use std::collections::BTreeMap;

use brush_parser::word::{self, Parameter, ParameterExpr, TildeExpr, WordPiece};
use brush_parser::{ParserOptions, Token, TokenizerOptions, uncached_tokenize_str};

/// Longest text that is read as shell, in bytes.
const MAX_TEXT: usize = 64 << 10;
/// Deepest nesting of substitutions.
const MAX_NESTING: usize = 24;
/// Most commands of one text.
const MAX_COMMANDS: usize = 2_000;

/// Names and what they hold.
pub(crate) type Values = BTreeMap<String, String>;

/// One simple command.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Command {
    /// Its words, unquoted, with known names put in; `~` for the home directory,
    /// `$NAME` for what is not known.
    pub(crate) words: Vec<String>,
    /// Files that it writes to.
    pub(crate) writes: Vec<String>,
    /// Files that it reads from by redirection.
    pub(crate) reads: Vec<String>,
    /// Whether another command's output is its input.
    pub(crate) is_piped: bool,
}

/// The commands of a text; `None` when it is no shell text, or beyond the caps.
pub(crate) fn commands(text: &str, known: &Values) -> Option<Vec<Command>> {
    if text.len() > MAX_TEXT || nesting(text) > MAX_NESTING {
        return None;
    }
    let tokens = uncached_tokenize_str(text, &TokenizerOptions::default()).ok()?;
    let mut reader = Reader {
        values: known.clone(),
        done: Vec::new(),
        current: Command::default(),
    };
    reader.read(&tokens);
    Some(reader.done)
}

/// An upper bound of how deep substitutions and groups nest.
fn nesting(text: &str) -> usize {
    let mut depth = 0usize;
    let mut deepest = 0;
    for byte in text.bytes() {
        match byte {
            b'(' | b'{' | b'[' => depth += 1,
            b')' | b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest.max(text.matches('`').count() / 16)
}

struct Reader {
    values: Values,
    done: Vec<Command>,
    current: Command,
}

impl Reader {
    fn read(&mut self, tokens: &[Token]) {
        let mut tokens = tokens.iter();
        while let Some(token) = tokens.next() {
            if self.done.len() >= MAX_COMMANDS {
                return;
            }
            match token {
                Token::Operator(operator, _) if operator.contains('>') => {
                    if let Some(Token::Word(word, _)) = tokens.next() {
                        let target = self.expand(word);
                        self.current.writes.push(target);
                    }
                }
                Token::Operator(operator, _) if operator.contains('<') => {
                    if let Some(Token::Word(word, _)) = tokens.next() {
                        let source = self.expand(word);
                        self.current.reads.push(source);
                    }
                }
                Token::Operator(operator, _) => self.end(operator == "|" || operator == "|&"),
                Token::Word(word, _) => self.word(word),
            }
        }
        self.end(false);
    }

    fn word(&mut self, word: &str) {
        let is_first = self.current.words.is_empty();
        if is_first && is_keyword(word) {
            return;
        }
        let text = self.expand(word);
        if is_first
            && let Some((name, value)) = text.split_once('=')
            && is_name(name)
        {
            self.values.insert(name.to_owned(), value.to_owned());
            return;
        }
        // A name that holds several words is several words.
        if is_first && word.starts_with('$') && text.contains(' ') {
            self.current
                .words
                .extend(text.split_whitespace().map(str::to_owned));
        } else {
            self.current.words.push(text);
        }
    }

    fn end(&mut self, pipes: bool) {
        let command = std::mem::take(&mut self.current);
        if !command.words.is_empty() || !command.writes.is_empty() {
            self.done.push(command);
        }
        self.current.is_piped = pipes;
    }

    /// The word as the command would get it.
    fn expand(&mut self, word: &str) -> String {
        let Ok(pieces) = word::parse(word, &ParserOptions::default()) else {
            return word.to_owned();
        };
        let mut out = String::new();
        for piece in pieces {
            self.piece(piece.piece, &mut out);
        }
        out
    }

    fn piece(&mut self, piece: WordPiece, out: &mut String) {
        match piece {
            WordPiece::Text(text) | WordPiece::SingleQuotedText(text) => out.push_str(&text),
            WordPiece::AnsiCQuotedText(text) => out.push_str(&ansi(&text)),
            WordPiece::DoubleQuotedSequence(pieces)
            | WordPiece::GettextDoubleQuotedSequence(pieces) => {
                pieces
                    .into_iter()
                    .for_each(|piece| self.piece(piece.piece, out));
            }
            WordPiece::TildeExpansion(TildeExpr::Home | TildeExpr::UserHome(_)) => out.push('~'),
            WordPiece::TildeExpansion(_) => out.push('.'),
            WordPiece::ParameterExpansion(expression) => out.push_str(&self.parameter(&expression)),
            WordPiece::CommandSubstitution(inner)
            | WordPiece::BackquotedCommandSubstitution(inner) => {
                self.inner(&inner);
                out.push_str("$(");
                out.push_str(&inner);
                out.push(')');
            }
            WordPiece::EscapeSequence(text) => {
                out.push_str(text.strip_prefix('\\').unwrap_or(&text))
            }
            WordPiece::ArithmeticExpression(_) => out.push('0'),
        }
    }

    /// Commands inside a substitution run as well.
    fn inner(&mut self, text: &str) {
        for command in commands(text, &self.values).unwrap_or_default() {
            if self.done.len() < MAX_COMMANDS {
                self.done.push(command);
            }
        }
    }

    fn parameter(&self, expression: &ParameterExpr) -> String {
        let (parameter, default) = match expression {
            ParameterExpr::Parameter { parameter, .. } => (parameter, None),
            ParameterExpr::UseDefaultValues {
                parameter,
                default_value,
                ..
            }
            | ParameterExpr::AssignDefaultValues {
                parameter,
                default_value,
                ..
            } => (parameter, default_value.as_deref()),
            _ => return "$?".to_owned(),
        };
        let Parameter::Named(name) = parameter else {
            return "$?".to_owned();
        };
        match name.as_str() {
            "HOME" => "~".to_owned(),
            "IFS" => " ".to_owned(),
            _ => self
                .values
                .get(name)
                .map(String::as_str)
                .or(default)
                .map_or_else(|| format!("${name}"), str::to_owned),
        }
    }
}

/// `$'\x72m'`: the escapes that bash reads there.
fn ansi(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((head, tail)) = rest.split_once('\\') {
        out.push_str(head);
        let (digits, base, skip) = match tail.as_bytes() {
            [b'x', ..] => (2, 16, 1),
            [b'u', ..] => (4, 16, 1),
            [b'0'..=b'7', ..] => (3, 8, 0),
            _ => (0, 10, 0),
        };
        let body = tail.get(skip..).unwrap_or("");
        let taken: String = body
            .chars()
            .take(digits)
            .take_while(|c| c.is_digit(base))
            .collect();
        match u32::from_str_radix(&taken, base)
            .ok()
            .and_then(char::from_u32)
        {
            Some(c) => {
                out.push(c);
                rest = body.get(taken.len()..).unwrap_or("");
            }
            None => {
                let mut chars = tail.chars();
                out.extend(
                    chars
                        .next()
                        .map(|c| if matches!(c, 'n' | 't' | 'r') { ' ' } else { c }),
                );
                rest = chars.as_str();
            }
        }
    }
    out.push_str(rest);
    out
}

fn is_keyword(word: &str) -> bool {
    matches!(
        word,
        "if" | "then"
            | "else"
            | "elif"
            | "do"
            | "while"
            | "until"
            | "!"
            | "{"
            | "}"
            | "("
            | ")"
            | "time"
            | "fi"
            | "done"
            | "export"
            | "local"
            | "readonly"
            | "declare"
            | "@"
            | "-"
            | "set"
            | "esac"
            | "&"
            | "call"
    )
}

fn is_name(text: &str) -> bool {
    let mut chars = text.chars();
    chars
        .next()
        .is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && chars.all(|c| c.is_ascii_alphanumeric() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<Vec<String>> {
        let commands = commands(text, &Values::new()).unwrap();
        commands.into_iter().map(|command| command.words).collect()
    }

    #[test]
    fn words_are_what_the_command_gets() {
        assert_eq!(
            words("sudo rm -r''f \"$HOME\"/"),
            [["sudo", "rm", "-rf", "~/"]]
        );
        assert_eq!(words("a=rm; $a -rf ~"), [["rm", "-rf", "~"]]);
        assert_eq!(words("r\\m -rf /"), [["rm", "-rf", "/"]]);
        assert_eq!(words("$'\\x72m' x"), [["rm", "x"]]);
        assert_eq!(words("if x; then rm y; fi"), [vec!["x"], vec!["rm", "y"]]);
        assert_eq!(words("echo $(rm -rf ~)")[0], ["rm", "-rf", "~"]);
    }

    #[test]
    fn what_is_too_deep_or_long_is_not_read() {
        assert_eq!(commands(&"$(".repeat(100), &Values::new()), None);
        assert_eq!(commands(&"a".repeat(100_000), &Values::new()), None);
        assert!(commands("echo 'never closed", &Values::new()).is_none());
    }
}
