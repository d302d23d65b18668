//! Where each value of a YAML text stands.

use granit_parser::{Event, Parser, ScalarStyle, ScanError, Span, StructureStyle, options};

use crate::problem::Problem;

/// A value of the text.
#[derive(Debug)]
pub(crate) struct Node {
    /// Where it begins.
    pub(crate) start: usize,
    /// Where it ends; a collection in block style ends with its last line.
    pub(crate) end: usize,
    /// What it is.
    pub(crate) kind: Kind,
}

/// What a value is.
#[derive(Debug)]
pub(crate) enum Kind {
    /// A scalar in any notation.
    Scalar,
    /// A mapping, in braces or in lines.
    Map {
        /// Whether it is in braces.
        flow: bool,
        /// Its members in their order.
        entries: Vec<Entry>,
    },
    /// A list, in brackets or in lines.
    List {
        /// Whether it is in brackets.
        flow: bool,
        /// Its items in their order.
        items: Vec<Place>,
    },
}

/// A member of a mapping.
#[derive(Debug)]
pub(crate) struct Entry {
    /// The key, without quotes.
    pub(crate) key: String,
    /// Where it begins.
    pub(crate) key_start: usize,
    pub(super) key_end: usize,
    /// Its value.
    pub(crate) value: Node,
}

/// An item of a list.
#[derive(Debug)]
pub(crate) struct Place {
    /// Where its dash stands, or where it begins itself between brackets.
    pub(super) start: usize,
    /// The item.
    pub(crate) value: Node,
}

impl Node {
    /// Whether it is a collection in lines.
    pub(super) fn is_block(&self) -> bool {
        matches!(self.kind, Kind::Map { flow: false, .. } | Kind::List { flow: false, .. })
    }
}

/// Where the line ends that `place` is on, without its line break.
pub(super) fn line_end(text: &str, place: usize) -> usize {
    let end = text[place..].find('\n').map_or(text.len(), |length| place + length);
    if text[..end].ends_with('\r') && end > place { end - 1 } else { end }
}

/// The values of the text's one document.
pub(crate) fn read(text: &str) -> Result<Node, Problem> {
    let options = options! { emit_comments: false };
    let mut reader = Reader { text, parser: Parser::new_from_str_with_options(text, options), end: 0 };
    loop {
        match reader.next()? {
            (Event::StreamStart | Event::DocumentStart(..), _) => {}
            (event, span) => {
                let node = reader.node(event, span)?;
                return match (reader.next()?, reader.next()?) {
                    ((Event::DocumentEnd, _), (Event::StreamEnd, _)) => Ok(node),
                    (_, (_, span)) => Err(refused(span, "a second document in one file")),
                };
            }
        }
    }
}

struct Reader<'a> {
    text: &'a str,
    parser: Parser<'a, granit_parser::StrInput<'a>>,
    /// Where the last value ended.
    end: usize,
}

impl<'a> Reader<'a> {
    fn next(&mut self) -> Result<(Event<'a>, Span), Problem> {
        match self.parser.next() {
            Some(Ok(event)) => Ok(event),
            Some(Err(error)) => Err(unreadable(&error)),
            None => Err(Problem::new("the document is not whole")),
        }
    }

    fn node(&mut self, event: Event<'a>, span: Span) -> Result<Node, Problem> {
        let node = match event {
            Event::Scalar(_, _, anchor, tag) if anchor > 0 || tag.is_some() => {
                return Err(refused(span, "an anchor or a tag"));
            }
            Event::MappingStart(_, anchor, tag) | Event::SequenceStart(_, anchor, tag)
                if anchor > 0 || tag.is_some() =>
            {
                return Err(refused(span, "an anchor or a tag"));
            }
            Event::Alias(_) => return Err(refused(span, "an alias")),
            Event::Scalar(_, style, ..) => self.scalar(style, span)?,
            Event::MappingStart(style, ..) => self.map(style == StructureStyle::Flow, span)?,
            Event::SequenceStart(style, ..) => self.list(style == StructureStyle::Flow, span)?,
            _ => return Err(refused(span, "what is no value")),
        };
        self.end = node.end;
        Ok(node)
    }

    fn scalar(&self, style: ScalarStyle, span: Span) -> Result<Node, Problem> {
        let (mut start, mut end) = range(span)?;
        if matches!(style, ScalarStyle::Literal | ScalarStyle::Folded) {
            // The parser's place is that of the text; the line above has the sign that it begins with.
            let text = self.text[start..end].trim_end();
            let text_end = if text.is_empty() { 0 } else { start + text.len() };
            let before = &self.text[self.end..start];
            start =
                self.end + before.find(['|', '>']).ok_or_else(|| refused(span, "a text without a sign"))?;
            end = text_end.max(line_end(self.text, start));
        }
        Ok(Node { start, end, kind: Kind::Scalar })
    }

    fn map(&mut self, flow: bool, span: Span) -> Result<Node, Problem> {
        let (mut start, mut end) = range(span)?;
        if flow && !self.text[start..].starts_with('{') {
            return Err(refused(span, "a pair without braces in a list"));
        }
        let mut entries = Vec::new();
        loop {
            let (key, place) = self.next()?;
            match key {
                Event::MappingEnd => {
                    if flow {
                        end = range(place)?.1;
                    }
                    break;
                }
                Event::Scalar(key, ScalarStyle::Plain, ..) if key == "<<" => {
                    return Err(refused(place, "a merge of mappings"));
                }
                Event::Scalar(key, _, 0, None) => entries.push(self.entry(key.into_owned(), place)?),
                _ => return Err(refused(place, "a key that is no plain text")),
            }
        }
        if let (false, Some(first), Some(last)) = (flow, entries.first(), entries.last()) {
            (start, end) = (first.key_start, line_end(self.text, last.value.end));
        }
        Ok(Node { start, end, kind: Kind::Map { flow, entries } })
    }

    fn entry(&mut self, key: String, place: Span) -> Result<Entry, Problem> {
        let (key_start, key_end) = range(place)?;
        let key_end = key_start + self.text[key_start..key_end].trim_end().len();
        let blank = self.text[key_end..].len() - self.text[key_end..].trim_start_matches([' ', '\t']).len();
        if !self.text[key_end + blank..].starts_with(':') {
            return Err(refused(place, "a key without a colon behind it"));
        }
        self.end = key_end + blank + 1;
        let (event, span) = self.next()?;
        let value = match event {
            // Nothing is written, and where a parser says that this stands varies.
            Event::Scalar(_, ScalarStyle::Plain, 0, None) if span.is_empty() => {
                Node { start: self.end, end: self.end, kind: Kind::Scalar }
            }
            event => self.node(event, span)?,
        };
        self.end = value.end;
        Ok(Entry { key, key_start, key_end, value })
    }

    fn list(&mut self, flow: bool, span: Span) -> Result<Node, Problem> {
        let (mut start, mut end) = range(span)?;
        let mut items: Vec<Place> = Vec::new();
        loop {
            let before = self.end;
            let (event, place) = self.next()?;
            if event == Event::SequenceEnd {
                if flow {
                    end = range(place)?.1;
                }
                break;
            }
            let dash = match flow {
                true => range(place)?.0,
                false => self.dash(before, place)?,
            };
            if !flow {
                self.end = dash + 1;
            }
            let value = match event {
                Event::Scalar(_, ScalarStyle::Plain, 0, None) if place.is_empty() => {
                    Node { start: self.end, end: self.end, kind: Kind::Scalar }
                }
                event => self.node(event, place)?,
            };
            items.push(Place { start: dash, value });
        }
        if let (false, Some(first), Some(last)) = (flow, items.first(), items.last()) {
            (start, end) = (first.start, line_end(self.text, last.value.end));
        }
        Ok(Node { start, end, kind: Kind::List { flow, items } })
    }

    /// The next dash after a place; between the two there are blank and comment only.
    fn dash(&self, after: usize, item: Span) -> Result<usize, Problem> {
        let mut place = after;
        for line in self.text[after..].split_inclusive('\n') {
            let blank = line.len() - line.trim_start().len();
            match line.trim_start().chars().next() {
                // The start of the document is no item of a list.
                Some('-') if line.starts_with("---") => place += line.len(),
                Some('-') => return Ok(place + blank),
                None | Some('#') => place += line.len(),
                Some(_) => break,
            }
        }
        Err(refused(item, "an item without a dash"))
    }
}

fn range(span: Span) -> Result<(usize, usize), Problem> {
    let range = span.byte_range().ok_or_else(|| refused(span, "a value without a place"))?;
    Ok((range.start, range.end))
}

fn refused(span: Span, what: &str) -> Problem {
    let place = format!("line {} column {}", span.start.line(), span.start.col() + 1);
    Problem::at(place, format!("{what} stands here, which cannot be edited"))
}

fn unreadable(error: &ScanError) -> Problem {
    let mark = error.marker();
    Problem::at(format!("line {} column {}", mark.line(), mark.col() + 1), error)
}
