//! What a patch says, and what it may not hide.

use super::*;

const MAIL: &str = "From 908fee5c65d4eb02809a84a1ebc3e5df1f935cd1 Mon Sep 17 00:00:00 2001
From: =?UTF-8?q?=E5=8C=97?= <a@example.org>
Date: Fri, 11 Jul 2025 16:33:00 -0700
Subject: [PATCH] fix: a thing
 in two lines

why

---
 x | 1 +

diff --git a/x b/x
index 1..2 100644
--- a/x
+++ b/x
@@ -1,2 +1,3 @@ fn
 one
+two
 three
--
2.47.3

";

#[test]
fn a_mail_gives_commit_and_lines() {
    let changes = parse_patch(MAIL);
    let [change] = changes.as_slice() else {
        panic!("{changes:?}")
    };
    let commit = change.commit.as_ref().unwrap();
    assert_eq!(commit.subject(), "fix: a thing in two lines");
    assert_eq!(commit.author.name, "北");
    assert_eq!(commit.author.time, Some((1_752_276_780, -420)));
    let view = change.file("x").unwrap().view().unwrap();
    let added: Vec<_> = view
        .added_lines()
        .map(|(at, line)| (view.line_at(at), line))
        .collect();
    assert_eq!(added, [(2, "two")]);
    assert!(change.faults.is_empty());
}

#[test]
fn a_line_inside_a_hunk_poses_as_no_header() {
    let text = "diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1,2 @@\n+diff --git a/y b/y\n one\n";
    let changes = parse_patch(text);
    assert_eq!(changes[0].files.len(), 1);
    assert!(changes[0].faults.is_empty());
}

#[test]
fn what_cannot_be_read_is_located() {
    let fault = |text: &str| {
        let changes = parse_patch(text);
        let faults = changes.iter().flat_map(|change| &change.faults);
        faults
            .map(|fault| (fault.line, fault.error))
            .collect::<Vec<_>>()
    };
    assert_eq!(fault(""), [(1, PatchError::NoPatch)]);
    assert_eq!(fault("hello\nworld\n"), [(1, PatchError::NoPatch)]);
    let head = "diff --git a/x b/x\n--- a/x\n+++ b/x\n";
    assert_eq!(
        fault(&format!("{head}@@ -1 +1,9 @@\n+a\n")),
        [(6, PatchError::ShortHunk)]
    );
    assert_eq!(
        fault(&format!("{head}@@ what @@\n+a\n")),
        [(4, PatchError::BadHunk), (5, PatchError::BadHunk)]
    );
    assert_eq!(
        fault(&format!("{head}@@ -0,0 +1 @@\n+a\n+b\n")),
        [(6, PatchError::BadHunk)]
    );
}

#[test]
fn odd_paths_renames_and_modes_are_read() {
    let text = "diff --git \"a/\\303\\251 x\" \"b/\\303\\251 x\"\nold mode 100644\nnew mode 100755\n\
                diff --git a/one b/two\nsimilarity index 100%\nrename from one\nrename to two\n\
                diff --git a/l b/l\nnew file mode 120000\n--- /dev/null\n+++ b/l\n@@ -0,0 +1 @@\n+../../etc\n\\ No newline at end of file\n";
    let changes = parse_patch(text);
    let files = &changes[0].files;
    assert_eq!(files[0].path, "é x");
    assert!(files[0].is_executable);
    assert_eq!(
        (files[1].path.as_str(), files[1].old_path.as_deref()),
        ("two", Some("one"))
    );
    assert!(matches!(&files[2].content, Content::Link(target) if target == "../../etc"));
}

#[test]
fn a_binary_patch_is_decoded() {
    let text = "diff --git a/b b/b\nnew file mode 100644\nindex 0000..1111\nGIT binary patch\n\
                literal 5\nMcmZQzWMXCk000>P3jhEB\n\nliteral 0\nHcmV?d00001\n\n";
    let changes = parse_patch(text);
    assert!(changes[0].faults.is_empty(), "{:?}", changes[0].faults);
    assert!(
        matches!(&changes[0].files[0].content, Content::Binary(bytes) if bytes == &[0, 1, 2, 3, 4]),
        "{:?}",
        changes[0].files[0].content
    );
}
