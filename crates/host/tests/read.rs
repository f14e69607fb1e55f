//! Reading one source: every form, every kind of damage, every limit.

#![allow(
    clippy::indexing_slicing,
    reason = "helpers of tests, outside of test functions"
)]

mod common;

use std::time::{Duration, Instant};

use common::{Got, Taking, gzip, read_bytes, read_default, read_many, records, zstd};
use gardefou_finding::{FailureReason, SkipReason};
use gardefou_host::Limits;

/// Room for any ratio and size.
const UNLIMITED: Limits = Limits {
    inflated_size: u64::MAX,
    ratio: u64::MAX,
    record_size: 32 << 20,
};

#[track_caller]
fn assert_whole(got: &Got, content: &[u8]) {
    assert_eq!(got.failure, None);
    assert_eq!(got.skip, None);
    assert!(
        got.content == content,
        "{} bytes of {}",
        got.content.len(),
        content.len()
    );
}

#[test]
fn every_form_gives_the_same_content() {
    let content = records(1000);
    for stored in [content.clone(), gzip(&content), zstd(&content)] {
        let got = read_default(&stored);
        assert_whole(&got, &content);
        assert_eq!(got.stored, stored.len() as u64);
    }
}

#[test]
fn a_small_source_is_handed_over_in_one_piece() {
    let content = records(10_000);
    assert_eq!(read_default(&content).pieces, 1);
    assert_eq!(read_default(&gzip(&content)).pieces, 1);
}

#[test]
fn large_sources_are_streamed_without_loss() {
    let content = records(200_000);
    assert!(content.len() > 40 << 20);
    for stored in [content.clone(), gzip(&content), zstd(&content)] {
        let got = read_bytes(&stored, Limits::default(), Taking::Lines);
        assert_whole(&got, &content);
        assert!(got.pieces >= 10, "{} pieces", got.pieces);
    }
}

#[test]
fn repetitive_real_shapes_stay_below_the_ratio() {
    // One machine asking the same question all day differs in times and
    // identifiers only; that is as dense as honest files get.
    let content = records(100_000);
    let stored = gzip(&content);
    assert!(
        content.len() / stored.len() >= 7,
        "ratio {}",
        content.len() / stored.len()
    );
    assert_whole(&read_default(&stored), &content);
}

#[test]
fn members_and_frames_one_after_another_are_one_content() {
    let (first, second) = (records(100), records(300));
    let both = [first.clone(), second.clone()].concat();
    assert_whole(
        &read_default(&[gzip(&first), gzip(&second)].concat()),
        &both,
    );
    assert_whole(
        &read_default(&[gzip(&second), gzip(&first)].concat()),
        &[second.clone(), first.clone()].concat(),
    );
    assert_whole(
        &read_default(&[zstd(&first), zstd(&second)].concat()),
        &both,
    );
    let twice = [first.clone(), first.clone()].concat();
    assert_whole(
        &read_default(&[gzip(&first), gzip(&first)].concat()),
        &twice,
    );
    assert_whole(
        &read_default(&[gzip(b""), gzip(&first), gzip(b"")].concat()),
        &first,
    );
}

#[test]
fn skippable_zstd_frames_are_skipped() {
    let content = records(10);
    let skippable = [&[0x5a, 0x2a, 0x4d, 0x18, 3, 0, 0, 0][..], b"abc"].concat();
    assert_whole(
        &read_default(&[skippable.clone(), zstd(&content)].concat()),
        &content,
    );
    assert_whole(
        &read_default(&[zstd(&content), skippable].concat()),
        &content,
    );
}

#[test]
fn an_empty_source_is_a_skip() {
    for stored in [Vec::new(), gzip(b""), zstd(b"")] {
        let got = read_default(&stored);
        assert_eq!((got.skip, got.failure), (Some(SkipReason::EmptyFile), None));
        assert_eq!(got.pieces, 0);
    }
}

/// Reads `stored` cut at every length of `lengths`; every cut is told, and
/// what is given is the beginning of `content`. Returns the lengths given.
fn cut(stored: &[u8], lengths: &[usize], content: &[u8]) -> Vec<usize> {
    let pieces: Vec<Vec<u8>> = lengths
        .iter()
        .map(|length| stored[..*length].to_vec())
        .collect();
    let gots = read_many(&pieces);
    for (got, length) in gots.iter().zip(lengths) {
        let expected = (
            FailureReason::TruncatedCompression,
            Some(got.content.len() as u64),
        );
        assert_eq!(got.failure, Some(expected), "cut at {length}");
        assert!(content.starts_with(&got.content), "cut at {length}");
    }
    gots.iter().map(|got| got.content.len()).collect()
}

#[test]
fn gzip_cut_anywhere_gives_what_came_before_the_cut() {
    let content = records(30);
    let stored = gzip(&content);
    let lengths: Vec<usize> = (3..stored.len()).collect();
    let given = cut(&stored, &lengths, &content);
    assert!(given.is_sorted(), "more stored never gives less");
    let whole = given
        .iter()
        .filter(|given| **given == content.len())
        .count();
    assert!(
        whole >= 8,
        "all content is given when only the trailer is missing"
    );
}

#[test]
fn zstd_cut_anywhere_gives_every_whole_block() {
    let content = records(1200);
    let stored = zstd(&content);
    let lengths: Vec<usize> = (4..stored.len())
        .step_by(53)
        .chain([stored.len() - 1])
        .collect();
    let given = cut(&stored, &lengths, &content);
    assert!(given.is_sorted(), "more stored never gives less");
    let distinct: std::collections::BTreeSet<&usize> = given.iter().collect();
    assert!(
        distinct.len() >= 3,
        "blocks are given one by one: {distinct:?}"
    );
    assert_eq!(
        given.last(),
        Some(&content.len()),
        "only the checksum is missing"
    );
}

#[test]
fn a_changed_byte_is_told_or_harmless() {
    let content = records(20);
    for stored in [gzip(&content), zstd(&content)] {
        let changed: Vec<Vec<u8>> = (0..stored.len())
            .map(|index| {
                let mut changed = stored.clone();
                changed[index] ^= 0x41;
                changed
            })
            .collect();
        for (index, got) in read_many(&changed).into_iter().enumerate() {
            // Without its magic number it is read as it is stored.
            let plain = got.content == changed[index];
            let told = got.failure.is_some();
            assert!(told || plain || got.content == content, "byte {index}");
            assert!(!plain || index < 4, "byte {index}");
        }
    }
}

#[test]
fn a_wrong_checksum_is_told_after_all_content() {
    let content = records(100);
    let mut gz = gzip(&content);
    let at = gz.len() - 6;
    gz[at] ^= 1;
    let mut zst = zstd(&content);
    *zst.last_mut().unwrap() ^= 1;
    for stored in [gz, zst] {
        let got = read_default(&stored);
        assert_eq!(got.content, content);
        let expected = (
            FailureReason::CorruptCompression,
            Some(content.len() as u64),
        );
        assert_eq!(got.failure, Some(expected));
    }
}

#[test]
fn damage_in_a_later_member_keeps_the_earlier_ones() {
    let content = records(100);
    for (good, mut bad) in [
        (gzip(&content), gzip(&content)),
        (zstd(&content), zstd(&content)),
    ] {
        let middle = bad.len() / 2;
        bad[middle..middle + 8].fill(0xff);
        let got = read_default(&[good, bad].concat());
        assert_eq!(
            got.failure.map(|(reason, _)| reason),
            Some(FailureReason::CorruptCompression)
        );
        assert!(got.content.starts_with(&content));
    }
}

#[test]
fn bytes_after_the_end_are_told_after_all_content() {
    let content = records(100);
    for (stored, tails) in [
        (
            gzip(&content),
            vec![
                &b"x"[..],
                b"\0\0\0\0",
                b"\x1f",
                b"\x1f\x8b\x07\0",
                b"{\"Records\":[]}",
            ],
        ),
        (
            zstd(&content),
            vec![&b"x"[..], b"\0\0\0\0\0\0\0\0", b"{\"Records\":[]}"],
        ),
    ] {
        for tail in tails {
            let got = read_default(&[&stored, tail].concat());
            assert_eq!(got.content, content, "tail {tail:?}");
            let (reason, offset) = got.failure.unwrap();
            assert_eq!(offset, Some(content.len() as u64), "tail {tail:?}");
            let begun = tail == b"\x1f" && reason == FailureReason::TruncatedCompression;
            assert!(
                reason == FailureReason::TrailingBytes || begun,
                "{reason:?} for {tail:?}"
            );
        }
    }
}

#[test]
fn a_declared_size_that_lies_costs_nothing_and_is_told() {
    let content = records(1000);
    for lie in [
        0_u32,
        1,
        100,
        content.len() as u32 - 1,
        content.len() as u32 + 1,
        u32::MAX,
    ] {
        let mut stored = gzip(&content);
        let at = stored.len() - 4;
        stored[at..].copy_from_slice(&lie.to_le_bytes());
        let got = read_default(&stored);
        assert_eq!(got.content, content, "declared {lie}");
        let reason = got.failure.map(|(reason, _)| reason);
        assert_eq!(
            reason,
            Some(FailureReason::CorruptCompression),
            "declared {lie}"
        );
    }
}

/// A gibibyte of zeros, as gzip and as zstd.
fn bombs() -> [Vec<u8>; 2] {
    let zeros = vec![0_u8; 1 << 30];
    [gzip(&zeros), zstd(&zeros)]
}

#[test]
fn bombs_are_stopped_at_once() {
    for mut stored in bombs() {
        for lie in [None, Some(1_u32 << 20)] {
            if let Some(size) = lie {
                let at = stored.len() - 4;
                stored[at..].copy_from_slice(&size.to_le_bytes());
            }
            let start = Instant::now();
            let got = read_default(&stored);
            assert!(
                start.elapsed() < Duration::from_secs(5),
                "took {:?}",
                start.elapsed()
            );
            assert_eq!(got.failure.unwrap().0, FailureReason::RatioTooHigh);
            assert!(
                got.content.len() <= 4 << 20,
                "{} bytes given",
                got.content.len()
            );

            let limits = Limits {
                inflated_size: 10_000_000,
                ..UNLIMITED
            };
            let got = read_bytes(&stored, limits, Taking::Everything);
            assert_eq!(
                got.failure,
                Some((FailureReason::InflatedTooLarge, Some(10_000_000)))
            );
            assert_eq!(got.content.len(), 10_000_000);
        }
    }
}

#[test]
fn a_source_exactly_at_the_size_limit_is_whole() {
    let content = records(30_000);
    for stored in [gzip(&content), zstd(&content)] {
        let at = |inflated_size| {
            let limits = Limits {
                inflated_size,
                ..UNLIMITED
            };
            read_bytes(&stored, limits, Taking::Everything)
        };
        assert_whole(&at(content.len() as u64), &content);
        let short = at(content.len() as u64 - 1);
        assert_eq!(short.failure.unwrap().0, FailureReason::InflatedTooLarge);
        assert_eq!(short.content, content[..content.len() - 1]);
    }
}

#[test]
fn plain_content_has_no_size_limit() {
    let content = records(30_000);
    let limits = Limits {
        inflated_size: 1000,
        ratio: 1,
        ..UNLIMITED
    };
    assert_whole(&read_bytes(&content, limits, Taking::Lines), &content);
}

#[test]
fn a_record_beyond_the_limit_is_told_with_its_place() {
    let mut content = records(3);
    let start = content.len() as u64;
    content.resize(50 << 20, b'x');
    for stored in [content.clone(), gzip(&content)] {
        let limits = Limits {
            record_size: 16 << 20,
            ..UNLIMITED
        };
        let got = read_bytes(&stored, limits, Taking::Lines);
        assert_eq!(
            got.failure,
            Some((FailureReason::RecordTooLarge, Some(start)))
        );
        assert!(
            got.content.len() >= 16 << 20,
            "what was read before the limit is given"
        );
    }
}

#[test]
fn a_record_just_below_the_limit_is_read() {
    let mut content = records(3);
    content.resize(15 << 20, b'x');
    let records_after = records(100_000);
    let content = [content, b"\n".to_vec(), records_after].concat();
    let limits = Limits {
        record_size: 16 << 20,
        ..UNLIMITED
    };
    let got = read_bytes(&gzip(&content), limits, Taking::Lines);
    assert_whole(&got, &content);
}

#[test]
fn hostile_heads_do_no_harm() {
    for stored in [
        &b"\x1f\x8b\x08"[..],
        b"\x1f\x8b\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff",
        b"\x1f\x8b\x08\0\0\0\0\0\0\x03\x03\0\0\0\0\0\0\0\0\x01",
        b"\x28\xb5\x2f\xfd",
        b"\x28\xb5\x2f\xfd\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff",
        b"\x50\x2a\x4d\x18\xff\xff\xff\xff",
        b"\x50\x2a\x4d\x18",
    ] {
        let got = read_default(stored);
        assert!(got.failure.is_some(), "{stored:?}");
        assert!(got.content.is_empty());
    }
}
