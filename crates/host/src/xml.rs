//! XML of servers as a tree of elements, within limits.
//!
//! Attributes and namespaces are left out: AWS's answers mean nothing by them.
//! No entity is followed but XML's own five.

use quick_xml::Reader;
use quick_xml::events::{BytesRef, Event};

/// Deepest nesting.
const MAX_DEPTH: usize = 64;

/// An element, without attributes.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Element {
    /// Its name without the namespace's prefix.
    pub(crate) name: String,
    pub(crate) children: Vec<Element>,
    /// All text that lies directly in it, white space as it is.
    pub(crate) text: String,
}

/// Why a document cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(crate) struct XmlError(String);

impl Element {
    fn new(name: &[u8]) -> Self {
        Self {
            name: String::from_utf8_lossy(name).into_owned(),
            ..Self::default()
        }
    }

    /// The first child of this name.
    pub(crate) fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    /// The text of the first child of this name, when there is any.
    pub(crate) fn text_of(&self, name: &str) -> Option<&str> {
        let text = self.child(name)?.text.as_str();
        (!text.is_empty()).then_some(text)
    }

    /// The children of this name.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.children.iter().filter(move |child| child.name == name)
    }
}

/// Reads a document of at most so many elements; its root. What follows the
/// root is not looked at.
///
/// # Errors
/// What is no XML in UTF-8, is cut off, is nested too deeply, has too many
/// elements, or uses an entity of its own.
pub(crate) fn read(bytes: &[u8], max_elements: usize) -> Result<Element, XmlError> {
    let text = std::str::from_utf8(bytes).map_err(|_| wrong("not UTF-8"))?;
    let mut reader = Reader::from_str(text);
    let mut tree = Tree {
        open: Vec::new(),
        left: max_elements,
    };
    loop {
        let event = reader.read_event().map_err(XmlError::of)?;
        if let Some(root) = tree.take(event)? {
            return Ok(root);
        }
    }
}

impl XmlError {
    fn of(error: impl std::fmt::Display) -> Self {
        Self(error.to_string())
    }
}

fn wrong(what: &str) -> XmlError {
    XmlError(what.to_owned())
}

/// The elements that are open, outermost first.
struct Tree {
    open: Vec<Element>,
    /// How many elements may still come.
    left: usize,
}

impl Tree {
    /// Takes the next event; the root when it is whole.
    fn take(&mut self, event: Event<'_>) -> Result<Option<Element>, XmlError> {
        match event {
            Event::Start(start) => {
                let element = self.begin(start.local_name().as_ref())?;
                self.open.push(element);
            }
            Event::Empty(empty) => {
                let element = self.begin(empty.local_name().as_ref())?;
                return Ok(self.end(element));
            }
            Event::End(_) => {
                let element = self.open.pop().ok_or_else(|| wrong("unbalanced"))?;
                return Ok(self.end(element));
            }
            Event::Text(more) => self.add(&more.xml10_content().map_err(XmlError::of)?),
            Event::CData(more) => self.add(&more.xml10_content().map_err(XmlError::of)?),
            Event::GeneralRef(reference) => self.add(&resolve(&reference)?),
            Event::Eof => return Err(wrong("cut off")),
            // A DTD's entities are not followed: a reference to one is an error.
            Event::Decl(_) | Event::PI(_) | Event::DocType(_) | Event::Comment(_) => {}
        }
        Ok(None)
    }

    fn begin(&mut self, name: &[u8]) -> Result<Element, XmlError> {
        if self.open.len() >= MAX_DEPTH {
            return Err(wrong("nested too deeply"));
        }
        let left = self.left.checked_sub(1);
        self.left = left.ok_or_else(|| wrong("too many elements"))?;
        Ok(Element::new(name))
    }

    fn end(&mut self, element: Element) -> Option<Element> {
        let Some(parent) = self.open.last_mut() else {
            return Some(element);
        };
        parent.children.push(element);
        None
    }

    fn add(&mut self, text: &str) {
        if let Some(element) = self.open.last_mut() {
            element.text.push_str(text);
        }
    }
}

/// A character, or one of XML's own five entities.
fn resolve(reference: &BytesRef<'_>) -> Result<String, XmlError> {
    let unknown = || wrong("an unknown entity");
    if let Some(character) = reference.resolve_char_ref().map_err(|_| unknown())? {
        return Ok(character.to_string());
    }
    let name = reference.decode().map_err(|_| unknown())?;
    let known = quick_xml::escape::resolve_predefined_entity(&name);
    known.map(str::to_owned).ok_or_else(unknown)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn elements_have_names_text_and_children() {
        let text = br#"<?xml version="1.0"?><!-- x --><s:R xmlns:s="urn:x"><a> b &amp; c&#10;</a>
            <a><![CDATA[<d>]]></a><e/></s:R> rest"#;
        let root = read(text, 10).unwrap();
        assert_eq!(root.name, "R");
        assert_eq!(root.text_of("a"), Some(" b & c\n"));
        let all: Vec<_> = root.all("a").map(|one| one.text.as_str()).collect();
        assert_eq!(all, [" b & c\n", "<d>"]);
        assert_eq!((root.text_of("e"), root.text_of("f")), (None, None));
    }

    #[test]
    fn hostile_documents_are_refused() {
        let deep = "<a>".repeat(100);
        let bomb = r#"<!DOCTYPE l [<!ENTITY a "aaaa">]><l>&a;</l>"#;
        let file = r#"<!DOCTYPE l [<!ENTITY a SYSTEM "file:///etc/passwd">]><l>&a;</l>"#;
        for text in [
            "",
            "<a>",
            "</a>",
            "{}",
            "<a><b></a>",
            &deep,
            bomb,
            file,
            "<a>&#xD800;</a>",
        ] {
            assert!(read(text.as_bytes(), 1000).is_err(), "{text}");
        }
        assert!(read(b"<a>\xff</a>", 1000).is_err());
    }

    #[test]
    fn elements_are_counted() {
        let many = format!("<a>{}</a>", "<b/>".repeat(9));
        assert!(read(many.as_bytes(), 10).is_ok());
        assert_eq!(read(many.as_bytes(), 9), Err(wrong("too many elements")));
    }

    /// Pieces of which documents are made that are nearly right.
    const PIECES: &[&str] = &[
        "<a>",
        "</a>",
        "<b x='1'>",
        "</b>",
        "<c/>",
        "&amp;",
        "&x;",
        "&#0;",
        "&#65;",
        "<![CDATA[",
        "]]>",
        "<!--",
        "-->",
        "<!DOCTYPE a [",
        "]>",
        "<?",
        "?>",
        "<",
        ">",
        "&",
        ";",
        "text",
        " ",
        "\u{0}",
        "\u{feff}",
    ];

    fn count(element: &Element) -> usize {
        1 + element.children.iter().map(count).sum::<usize>()
    }

    proptest! {
        #[test]
        fn no_bytes_break_the_reader(
            places in prop::collection::vec(0..PIECES.len(), 0..200),
            noise in prop::collection::vec(any::<u8>(), 0..20),
        ) {
            let mut bytes: Vec<u8> = places
                .iter()
                .flat_map(|place| PIECES[*place].bytes())
                .collect();
            if let Ok(root) = read(&bytes, 20) {
                prop_assert!(count(&root) <= 20);
            }
            bytes.extend(noise);
            let _either = read(&bytes, 20);
        }
    }
}
