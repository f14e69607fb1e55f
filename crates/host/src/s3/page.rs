//! One page of a listing, from the XML of `ListObjectsV2`.

use percent_encoding::percent_decode_str;

use super::error::{Refusal, S3Error};
use crate::xml::{self, Element};

/// Most elements of one page: a thousand keys with a dozen each, and room.
const MAX_ELEMENTS: usize = 100_000;

/// What one answer lists.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Page {
    /// Key and size in bytes.
    pub(super) objects: Vec<(String, u64)>,
    /// Prefixes up to and with the delimiter.
    pub(super) folders: Vec<String>,
    /// What asks for the next page; `None` on the last one.
    pub(super) next: Option<String>,
}

impl Page {
    /// Reads an answer that claims success.
    ///
    /// # Errors
    /// An error in the guise of a success, as S3 can send one; what is no
    /// listing; a listing that is cut off and does not say how it goes on.
    pub(super) fn read(body: &[u8]) -> Result<Self, S3Error> {
        let lost = |detail: &str| S3Error::Lost(format!("the listing cannot be read: {detail}"));
        let root = xml::read(body, MAX_ELEMENTS).map_err(|error| lost(&error.to_string()))?;
        if root.name == "Error" {
            let refusal = Refusal::of_element(200, &root);
            return Err(S3Error::Answered(Box::new(refusal)));
        }
        if root.name != "ListBucketResult" {
            return Err(lost("it is another document"));
        }
        let page =
            Self::of(&root).ok_or_else(|| lost("a name is missing, or a size is no number"))?;
        if page.next.is_none() && root.text_of("IsTruncated") == Some("true") {
            return Err(lost("it is cut off"));
        }
        Ok(page)
    }

    /// `None` where a name is missing or a size is no number.
    fn of(root: &Element) -> Option<Self> {
        // Keys come URL-encoded, because XML cannot hold every character that a
        // key can; servers that do not know the wish do not confirm it.
        let is_encoded = root.text_of("EncodingType") == Some("url");
        let plain = |text: &str| match is_encoded {
            true => decode(text),
            false => text.to_owned(),
        };
        let mut page = Self {
            next: root.text_of("NextContinuationToken").map(str::to_owned),
            ..Self::default()
        };
        for object in root.all("Contents") {
            let size = object
                .text_of("Size")
                .map_or(Some(0), |size| size.trim().parse().ok());
            page.objects.push((plain(object.text_of("Key")?), size?));
        }
        for folder in root.all("CommonPrefixes") {
            page.folders.push(plain(folder.text_of("Prefix")?));
        }
        Some(page)
    }
}

/// A key as it is.
fn decode(text: &str) -> String {
    percent_decode_str(&text.replace('+', " "))
        .decode_utf8_lossy()
        .into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As S3 answers, of its API reference.
    const LISTING: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>logs</Name>
  <Prefix>a</Prefix><NextContinuationToken>1ueGcxLPRx1Tr/XYExHnhbYLgveDs2J/wm36Hy4vbOwM=</NextContinuationToken>
  <KeyCount>3</KeyCount><MaxKeys>1000</MaxKeys><Delimiter>%2F</Delimiter>
  <EncodingType>url</EncodingType><IsTruncated>true</IsTruncated>
  <Contents><Key>a%2F%2Fb</Key><LastModified>2026-11-01T00:00:00.000Z</LastModified>
    <ETag>&quot;70ee1738b6b21e2c8a43f3a5ab0eee71&quot;</ETag><Size>434234</Size>
    <StorageClass>STANDARD</StorageClass></Contents>
  <CommonPrefixes><Prefix>a+b%2F</Prefix></CommonPrefixes>
  <Contents><Key>a%09%00%2B%C3%A9%ff%zz</Key><Size>0</Size></Contents>
</ListBucketResult>"#;

    #[test]
    fn a_page_is_read() {
        let page = Page::read(LISTING.as_bytes()).unwrap();
        let objects = [
            ("a//b".to_owned(), 434_234),
            ("a\t\0+\u{e9}\u{fffd}%zz".to_owned(), 0),
        ];
        assert_eq!(page.objects, objects);
        assert_eq!(page.folders, ["a b/"]);
        let token = "1ueGcxLPRx1Tr/XYExHnhbYLgveDs2J/wm36Hy4vbOwM=";
        assert_eq!(page.next.as_deref(), Some(token));
    }

    #[test]
    fn keys_that_are_not_encoded_stay_as_they_are() {
        let text = "<ListBucketResult><Contents><Key> a+b%41 &amp;</Key><Size>1</Size></Contents>\
            <IsTruncated>false</IsTruncated></ListBucketResult>";
        let page = Page::read(text.as_bytes()).unwrap();
        assert_eq!(page.objects, [(" a+b%41 &".to_owned(), 1)]);
        assert_eq!(page.next, None);
        let empty = Page::read(b"<ListBucketResult/>").unwrap();
        assert_eq!(empty, Page::default());
    }

    #[test]
    fn an_error_in_the_guise_of_a_listing_is_one() {
        let text = b"<Error><Code>InternalError</Code><Message>try again</Message></Error>";
        let error = Page::read(text).unwrap_err();
        assert_eq!(error.to_string(), "InternalError: try again");
        assert!(error.passes());
    }

    #[test]
    fn what_is_no_whole_listing_is_told() {
        let cut = LISTING.split_at(LISTING.len() - 30).0;
        let many = format!(
            "<ListBucketResult>{}</ListBucketResult>",
            "<a/>".repeat(MAX_ELEMENTS)
        );
        for text in [
            "",
            "<html/>",
            cut,
            &many,
            "<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>",
            "<ListBucketResult><Contents><Size>7</Size></Contents></ListBucketResult>",
            "<ListBucketResult><Contents><Key>a</Key><Size>-1</Size></Contents></ListBucketResult>",
            "<ListBucketResult><Contents><Key>&a;</Key></Contents></ListBucketResult>",
        ] {
            assert!(matches!(Page::read(text.as_bytes()), Err(S3Error::Lost(_))));
        }
    }
}
