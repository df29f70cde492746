//! Elements without Leptos, which would be larger than all texts.

use web_sys::{Document, Element, HtmlElement};

/// Makes elements in the document of a part.
pub struct Pen(Document);

impl Pen {
    /// For a part of the page; `None` if it is in no document.
    pub fn new(place: &HtmlElement) -> Option<Pen> {
        place.owner_document().map(Pen)
    }

    /// An element with a class and a text.
    pub fn element(&self, tag: &str, class: &str, text: &str) -> Option<Element> {
        let element = self.0.create_element(tag).ok()?;
        if !class.is_empty() {
            element.set_class_name(class);
        }
        if !text.is_empty() {
            element.set_text_content(Some(text));
        }
        Some(element)
    }

    /// An element with children.
    pub fn around(&self, tag: &str, class: &str, children: &[Element]) -> Option<Element> {
        let element = self.element(tag, class, "")?;
        for child in children {
            element.append_child(child).ok()?;
        }
        Some(element)
    }

    /// Adds a text behind the children of an element.
    pub fn write(&self, element: &Element, text: &str) -> Option<()> {
        element.append_child(&self.0.create_text_node(text)).ok().map(drop)
    }
}
