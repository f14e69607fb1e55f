//! Orders of versions, against examples of each ecosystem's own documentation
//! and tests, and the laws of an order on random versions.

use std::cmp::Ordering;

use proptest::prelude::*;

use super::*;

/// Versions in their order, each later than the one before.
fn ascending(ecosystem: Ecosystem, versions: &[&str]) {
    for (index, a) in versions.iter().enumerate() {
        for (other, b) in versions.iter().enumerate() {
            let expected = Some(index.cmp(&other));
            assert_eq!(compare(ecosystem, a, b), expected, "{ecosystem:?} {a} {b}");
        }
    }
}

fn equal(ecosystem: Ecosystem, versions: &[&str]) {
    for a in versions {
        for b in versions {
            let found = compare(ecosystem, a, b);
            assert_eq!(found, Some(Ordering::Equal), "{ecosystem:?} {a} {b}");
        }
    }
}

#[test]
fn semantic_versions_are_in_the_order_of_the_standard() {
    // Semantic Versioning 2.0.0, clause 11.
    let list = [
        "1.0.0-alpha",
        "1.0.0-alpha.1",
        "1.0.0-alpha.beta",
        "1.0.0-beta",
        "1.0.0-beta.2",
        "1.0.0-beta.11",
        "1.0.0-rc.1",
        "1.0.0",
        "2.0.0",
        "2.1.0",
        "2.1.1",
    ];
    for ecosystem in [Ecosystem::Npm, Ecosystem::Cargo, Ecosystem::NuGet] {
        ascending(ecosystem, &list);
    }
    equal(Ecosystem::Go, &["v1.2.3", "1.2.3", "v1.2.3+incompatible"]);
    let pseudo = [
        "v0.0.0-20190101000000-abcdefabcdef",
        "v0.0.0-20200101000000-000000000000",
        "v0.1.0",
    ];
    ascending(Ecosystem::Go, &pseudo);
    assert_eq!(compare(Ecosystem::Npm, "latest", "1.0.0"), None);
}

#[test]
fn pythons_versions_are_in_the_order_of_pep_440() {
    let list = [
        "1.dev0",
        "1.0.dev456",
        "1.0a1",
        "1.0a2.dev456",
        "1.0a12.dev456",
        "1.0a12",
        "1.0b1.dev456",
        "1.0b2",
        "1.0b2.post345.dev456",
        "1.0b2.post345",
        "1.0rc1.dev456",
        "1.0rc1",
        "1.0",
        "1.0+abc.5",
        "1.0+abc.7",
        "1.0+5",
        "1.0.post456.dev34",
        "1.0.post456",
        "1.1.dev1",
        "1!0.1",
    ];
    ascending(Ecosystem::PyPi, &list);
    equal(Ecosystem::PyPi, &["1.0", "1.0.0", "v1.0"]);
}

#[test]
fn mavens_versions_are_in_the_order_of_its_own_tests() {
    // Maven's ComparableVersionTest.
    ascending(
        Ecosystem::Maven,
        &[
            "1-alpha2snapshot",
            "1-alpha2",
            "1-alpha-123",
            "1-beta-2",
            "1-beta123",
            "1-m2",
            "1-m11",
            "1-rc",
            "1-rc2",
            "1-rc123",
            "1-SNAPSHOT",
            "1",
            "1-sp",
            "1-sp2",
            "1-sp123",
            "1-abc",
            "1-def",
            "1-pom-1",
            "1-1-snapshot",
            "1-1",
            "1-2",
            "1-123",
        ],
    );
    ascending(
        Ecosystem::Maven,
        &[
            "2.0", "2.0.a", "2-1", "2.0.2", "2.0.123", "2.1.0", "2.1-a", "2.1b", "2.1-c", "2.1-1",
            "2.1.0.1", "2.2", "2.123", "11.a2", "11.a11", "11.b2", "11.b11", "11.m2", "11.m11",
            "11", "11.a", "11b", "11c", "11m",
        ],
    );
    equal(
        Ecosystem::Maven,
        &[
            "1",
            "1.0",
            "1.0.0",
            "1-0",
            "1.0-0",
            "1-ga",
            "1.final",
            "1-RELEASE",
            "01",
        ],
    );
    equal(Ecosystem::Maven, &["1x", "1.0.0-x", "1.0.0.x"]);
    equal(Ecosystem::Maven, &["1a1", "1-alpha-1"]);
}

#[test]
fn gems_nugets_and_composers_versions_are_in_their_order() {
    ascending(
        Ecosystem::RubyGems,
        &[
            "0.9", "1.0.a.2", "1.0.b1", "1.0.rc1", "1.0", "1.0.1", "1.8.2.a", "1.8.2.b", "1.8.2",
            "1.10",
        ],
    );
    equal(Ecosystem::RubyGems, &["1", "1.0", "1.0.0", "01.0"]);
    ascending(
        Ecosystem::NuGet,
        &["1.0.0-Alpha", "1.0.0-beta", "1.0.0", "1.0.0.1", "1.0.1"],
    );
    equal(
        Ecosystem::NuGet,
        &["1", "1.0", "1.0.0", "1.0.0.0", "1.0.0+meta"],
    );
    equal(Ecosystem::NuGet, &["1.0.0-ALPHA.1", "1.0.0-alpha.1"]);
    ascending(
        Ecosystem::Packagist,
        &[
            "1.0.0-dev",
            "1.0.0-alpha1",
            "1.0.0-beta",
            "1.0.0-beta2",
            "1.0.0-RC1",
            "v1.0.0",
            "1.0.0-p1",
            "1.0.1",
            "1.10.0",
        ],
    );
    equal(
        Ecosystem::Packagist,
        &["1.0", "v1.0.0", "1.0.0.0", "1.0.0-stable"],
    );
    assert_eq!(compare(Ecosystem::Packagist, "dev-master", "1.0"), None);
}

#[test]
fn a_tag_that_moves_is_its_newest_version() {
    let after = |a, b| compare(Ecosystem::Actions, a, b) == Some(Ordering::Greater);
    assert!(after("v45", "45.0.7") && after("v46.0.1", "45.0.7") && after("v4.1", "4.1.9"));
    assert!(!after("v44", "45.0.7"));
    assert_eq!(compare(Ecosystem::Actions, "main", "1"), None);
}

proptest! {
    #[test]
    fn every_order_is_one(a in "[0-9a-c.v+-]{0,9}", b in "[0-9a-c.+-]{0,9}", c in "[0-9a-c.-]{0,9}") {
        for ecosystem in Ecosystem::ALL {
            let order = |a: &str, b: &str| compare(*ecosystem, a, b);
            prop_assert_eq!(order(&a, &b), order(&b, &a).map(Ordering::reverse));
            if let Some(same) = order(&a, &a) {
                prop_assert_eq!(same, Ordering::Equal);
            }
            // Maven's own order is not transitive where a list meets a qualifier.
            if *ecosystem != Ecosystem::Maven
                && order(&a, &b).is_some_and(Ordering::is_le)
                && order(&b, &c).is_some_and(Ordering::is_le)
            {
                prop_assert!(order(&a, &c).is_some_and(Ordering::is_le), "{:?} {} {} {}", ecosystem, a, b, c);
            }
        }
    }

    #[test]
    fn no_text_stops_an_order(a in "\\PC{0,40}", b in "\\PC{0,40}") {
        for ecosystem in Ecosystem::ALL {
            let _ = compare(*ecosystem, &a, &b);
        }
    }
}
