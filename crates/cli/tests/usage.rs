//! What the program says of itself, of its rules and of wrong use.

mod common;

use common::{Place, gardefou, steady};

#[test]
fn help_reads_like_this() {
    let run = gardefou(&["--help"]);
    assert_eq!(run.status, 0);
    insta::assert_snapshot!(steady(&run.stdout));
}

#[test]
fn help_of_investigate_reads_like_this() {
    let run = gardefou(&["investigate", "--help"]);
    assert_eq!(run.status, 0);
    insta::assert_snapshot!(steady(&run.stdout));
}

#[test]
fn the_list_of_rules_begins_like_this() {
    let run = gardefou(&["rules", "list"]);
    assert_eq!(run.status, 0);
    let head: Vec<&str> = run.stdout.lines().take(12).collect();
    insta::assert_snapshot!(head.join("\n"));
    assert!(run.stdout.lines().count() > 200);
}

#[test]
fn errors_of_use_say_what_and_end_with_2() {
    let place = Place::new();
    let table: &[&[&str]] = &[
        &[],
        &["investigate"],
        &["investigate", "missing"],
        &["investigate", "none-*.json"],
        &["investigate", "[", "-q"],
        &["investigate", ".", "--format", "xml"],
        &["investigate", ".", "--since", "yesterday"],
        &["investigate", ".", "--lang", "de"],
        &["investigate", ".", "--threads", "0"],
        &["investigate", ".", "--no-embedded-rules"],
        &["investigate", ".", "--rules", "missing"],
        &["rules", "show", "no-such-rule"],
        &["rules", "test", "missing"],
    ];
    let mut said = String::new();
    for args in table {
        let run = place.run(args);
        run.assert_sane();
        assert_eq!(run.status, 2, "{args:?}: {}", run.stderr);
        assert_eq!(run.stdout, "", "{args:?}");
        let first = run.stderr.lines().next().unwrap_or_default();
        said.push_str(&format!("{}\n    {first}\n", args.join(" ")));
    }
    insta::assert_snapshot!(said);
}

#[test]
fn exit_statuses_are_0_1_2_3() {
    let place = Place::new();
    place.write("text.txt", "hello\n");
    let text = place.path().join("text.txt");
    let text = text.to_string_lossy();
    let table: &[(&[&str], i32)] = &[
        (&["investigate", "-q", "samples/quiet"], 0),
        (&["investigate", "-q", "samples/attack"], 1),
        (&["investigate", "-q", "samples/missing"], 2),
        (&["investigate", "-q", &text], 3),
        // What was not read may hold more, whatever was found elsewhere.
        (&["investigate", "-q", "samples/attack", &text], 3),
        (&["rules", "list"], 0),
        (
            &["rules", "test", "rules/cloudtrail/iam-user-created.yml"],
            0,
        ),
        (&["completions", "bash"], 0),
        (&["man"], 0),
    ];
    for (args, expected) in table {
        let run = gardefou(args);
        run.assert_sane();
        assert_eq!(run.status, *expected, "{args:?}: {}", run.stderr);
    }
}
