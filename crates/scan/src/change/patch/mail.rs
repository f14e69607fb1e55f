//! The head of a commit: a mail of `git format-patch`, or `git log`'s text.

use chrono::DateTime;
use data_encoding::BASE64;

use super::super::commit::{Commit, Signature};
use super::Lines;
use super::head;

/// Whether a commit begins with this line.
pub(super) fn begins(line: &str) -> bool {
    mail_id(line).or_else(|| log_id(line)).is_some()
}

fn mail_id(line: &str) -> Option<&str> {
    let id = line.strip_prefix("From ")?.split(' ').next()?;
    is_id(id).then_some(id)
}

fn log_id(line: &str) -> Option<&str> {
    let id = line.strip_prefix("commit ")?.split(' ').next()?;
    is_id(id).then_some(id)
}

fn is_id(text: &str) -> bool {
    (7..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_hexdigit())
}

/// Reads a commit's head up to its first file. The reader stands on the line
/// for which [`begins`] was true.
pub(super) fn parse(lines: &mut Lines<'_>) -> Commit {
    let first = lines.next().unwrap_or("");
    match mail_id(first) {
        Some(id) => parse_mail(id, lines),
        None => parse_log(log_id(first).unwrap_or(""), lines),
    }
}

fn parse_mail(id: &str, lines: &mut Lines<'_>) -> Commit {
    let mut commit = Commit {
        id: id.to_owned(),
        ..Commit::default()
    };
    let mut subject = String::new();
    for (name, value) in mail_headers(lines) {
        match name.to_ascii_lowercase().as_str() {
            "from" => commit.author = Signature::parse(&decode_words(&value)),
            "date" => commit.author.time = mail_time(&value).or(commit.author.time),
            "subject" => subject = decode_words(&value),
            _ => {}
        }
    }
    commit.message = without_tag(&subject).to_owned();
    let body = body(lines, "");
    if !body.is_empty() {
        commit.message.push_str("\n\n");
        commit.message.push_str(&body);
    }
    let time = commit.author.time;
    if let Some(from) = body
        .lines()
        .next()
        .and_then(|line| line.strip_prefix("From: "))
    {
        commit.author = Signature::parse(&decode_words(from));
        commit.author.time = time;
    }
    commit
}

/// Header lines with their continuations, up to the empty line.
fn mail_headers(lines: &mut Lines<'_>) -> Vec<(String, String)> {
    let mut headers: Vec<(String, String)> = Vec::new();
    while let Some(line) = lines.next().map(|line| line.trim_end_matches('\r')) {
        if line.is_empty() {
            break;
        }
        if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = headers.last_mut() {
                value.push(' ');
                value.push_str(line.trim());
            }
        } else if let Some((name, value)) = line.split_once(':') {
            headers.push((name.to_owned(), value.trim().to_owned()));
        }
    }
    headers
}

fn parse_log(id: &str, lines: &mut Lines<'_>) -> Commit {
    let mut commit = Commit {
        id: id.to_owned(),
        ..Commit::default()
    };
    while let Some(line) = lines.next().filter(|line| !line.trim().is_empty()) {
        let Some((name, value)) = line.split_once(':') else {
            continue;
        };
        let value = value.trim();
        match name {
            "Author" => {
                let time = commit.author.time;
                commit.author = Signature::parse(value);
                commit.author.time = time;
            }
            "Commit" => commit.committer = Some(Signature::parse(value)),
            "Date" | "AuthorDate" => commit.author.time = log_time(value),
            "CommitDate" => {
                commit.committer.get_or_insert_default().time = log_time(value);
            }
            "Merge" => commit.parent_ids = value.split(' ').map(str::to_owned).collect(),
            _ => {}
        }
    }
    commit.message = body(lines, "    ");
    commit
}

/// The message up to the diff or the next commit.
fn body(lines: &mut Lines<'_>, indent: &str) -> String {
    let mut body = String::new();
    while let Some(line) = lines.peek() {
        let line = line.trim_end_matches('\r');
        if line == "---" || line.starts_with("diff --") || head::is_plain(line, lines.rest) {
            break;
        }
        if begins(line) {
            break;
        }
        lines.next();
        body.push_str(line.strip_prefix(indent).unwrap_or(line));
        body.push('\n');
    }
    body.trim().to_owned()
}

/// The subject without `[PATCH 1/2]`.
fn without_tag(subject: &str) -> &str {
    match subject
        .strip_prefix('[')
        .and_then(|rest| rest.split_once(']'))
    {
        Some((tag, rest)) if tag.contains("PATCH") => rest.trim_start(),
        _ => subject,
    }
}

fn mail_time(text: &str) -> Option<(i64, i32)> {
    let time = DateTime::parse_from_rfc2822(text).ok()?;
    Some((time.timestamp(), time.offset().local_minus_utc() / 60))
}

fn log_time(text: &str) -> Option<(i64, i32)> {
    let time = DateTime::parse_from_str(text, "%a %b %e %H:%M:%S %Y %z")
        .or_else(|_| DateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S %z"))
        .or_else(|_| DateTime::parse_from_rfc3339(text))
        .ok()?;
    Some((time.timestamp(), time.offset().local_minus_utc() / 60))
}

/// Text with its encoded words (RFC 2047) decoded where they are UTF-8.
fn decode_words(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut after_word = false;
    while let Some(at) = rest.find("=?") {
        let (before, word) = rest.split_at(at);
        if !(after_word && before.trim().is_empty()) {
            out.push_str(before);
        }
        match decode_word(word) {
            Some((decoded, tail)) => {
                out.push_str(&decoded);
                rest = tail;
                after_word = true;
            }
            None => {
                out.push_str("=?");
                rest = word.get(2..).unwrap_or("");
                after_word = false;
            }
        }
    }
    out.push_str(rest);
    out
}

fn decode_word(text: &str) -> Option<(String, &str)> {
    let mut parts = text.strip_prefix("=?")?.splitn(3, '?');
    let (charset, encoding, rest) = (parts.next()?, parts.next()?, parts.next()?);
    let (body, tail) = rest.split_once("?=")?;
    let bytes = match encoding {
        "q" | "Q" => quoted(body),
        "b" | "B" => BASE64.decode(body.as_bytes()).ok()?,
        _ => return None,
    };
    let is_utf8 = charset.eq_ignore_ascii_case("utf-8") || charset.eq_ignore_ascii_case("us-ascii");
    let decoded = if is_utf8 {
        String::from_utf8_lossy(&bytes).into_owned()
    } else {
        bytes.iter().map(|b| char::from(*b)).collect()
    };
    Some((decoded, tail))
}

fn quoted(body: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len());
    let mut bytes = body.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'_' => out.push(b' '),
            b'=' => {
                let digits = [bytes.next().unwrap_or(b'0'), bytes.next().unwrap_or(b'0')];
                let value = std::str::from_utf8(&digits).ok();
                out.push(
                    value
                        .and_then(|hex| u8::from_str_radix(hex, 16).ok())
                        .unwrap_or(b'?'),
                );
            }
            other => out.push(other),
        }
    }
    out
}
