//! Putting a target in the place of what stands in a text.

use super::{
    Fresh, Item, Member, Target,
    read::{Entry, Kind, Node, line_end},
    write::{self, Style},
};
use crate::problem::Problem;

/// The text with the target in the place of its root.
pub(crate) fn edit(text: &str, root: &Node, target: &Target) -> Result<String, Problem> {
    let editor = Editor { text, style: Style::of(text, root) };
    let start = root.start;
    let changed = match target {
        Target::Same => return Ok(text.to_owned()),
        Target::Fresh(fresh) => write::flow(fresh),
        target if root.is_block() => editor.block(root, target, start)?,
        target => editor.flow(root, target)?,
    };
    Ok(format!("{}{}{}", &text[..start], changed.trim_start(), &text[root.end..]))
}

struct Editor<'a> {
    text: &'a str,
    style: Style,
}

/// A member or an item of a collection in lines, as it stands.
struct Line<'a> {
    /// Where its key or its dash is.
    start: usize,
    entry: Option<&'a Entry>,
    value: &'a Node,
}

impl Line<'_> {
    /// Where the colon or the dash is.
    fn mark(&self, text: &str) -> usize {
        match self.entry {
            Some(entry) => {
                text[entry.key_end..].find(':').map_or(entry.key_end, |blank| entry.key_end + blank)
            }
            None => self.start,
        }
    }
}

/// What becomes of a member or an item.
struct Piece<'a> {
    old: Option<usize>,
    key: Option<&'a str>,
    value: &'a Target,
}

fn lines(node: &Node) -> Vec<Line<'_>> {
    match &node.kind {
        Kind::Map { entries, .. } => entries
            .iter()
            .map(|entry| Line { start: entry.key_start, entry: Some(entry), value: &entry.value })
            .collect(),
        Kind::List { items, .. } => {
            items.iter().map(|item| Line { start: item.start, entry: None, value: &item.value }).collect()
        }
        Kind::Scalar => Vec::new(),
    }
}

fn pieces(target: &Target) -> Vec<Piece<'_>> {
    match target {
        Target::Map(members) => members.iter().map(piece_of_member).collect(),
        Target::List(items) => items.iter().map(piece_of_item).collect(),
        Target::Same | Target::Fresh(_) => Vec::new(),
    }
}

fn piece_of_member(member: &Member) -> Piece<'_> {
    Piece { old: member.old, key: Some(&member.key), value: &member.value }
}

fn piece_of_item(item: &Item) -> Piece<'_> {
    Piece { old: item.old, key: None, value: &item.value }
}

impl Editor<'_> {
    /// A collection in lines, from `before` on, which is where the line ends that it belongs to, or the place behind the
    /// colon or dash where it begins on the same line.
    fn block(&self, node: &Node, target: &Target, before: usize) -> Result<String, Problem> {
        let (lines, pieces) = (lines(node), pieces(target));
        let Some(first) = lines.first() else { return Ok(self.text[before..node.end].to_owned()) };
        if pieces.is_empty() {
            let empty = if matches!(node.kind, Kind::Map { .. }) { "{}" } else { "[]" };
            return Ok(format!(" {empty}"));
        }
        let column = write::column(self.text, first.start);
        let lead = &self.text[before..first.start];
        let on_same_line = !lead.contains('\n');
        // What stands between the one before and this one, comments first that do not belong to it.
        let gap = |index: usize| {
            let start = match index {
                0 => before,
                index => line_end(self.text, lines[index - 1].value.end),
            };
            let gap = &self.text[start..lines[index].start];
            match index {
                0 if on_same_line => (String::new(), write::line(column, self.style)),
                _ => {
                    let (loose, tied) = gap.split_at(tied_from(gap, column));
                    (loose.to_owned(), tied.to_owned())
                }
            }
        };
        let mut written = String::new();
        let mut next = 0;
        for piece in &pieces {
            match piece.old.and_then(|old| Some((old, lines.get(old)?))) {
                Some((old, line)) => {
                    (next..old).for_each(|removed| written += &gap(removed).0);
                    next = old + 1;
                    let (loose, tied) = gap(old);
                    written += &loose;
                    written += &tied;
                    written += &self.line(line, piece, column)?;
                }
                None => {
                    written += &write::line(column, self.style);
                    written += &self.new_line(piece, column);
                }
            }
        }
        (next..lines.len()).for_each(|removed| written += &gap(removed).0);
        Ok(match on_same_line {
            true => format!("{lead}{}", written.trim_start()),
            false => written,
        })
    }

    fn new_line(&self, piece: &Piece<'_>, column: usize) -> String {
        let Target::Fresh(fresh) = piece.value else { return String::new() };
        match piece.key {
            Some(key) => {
                format!("{}:{}", write::key(key, false), write::after_key(fresh, column, self.style))
            }
            None => format!("-{}", write::after_dash(fresh, column, self.style)),
        }
    }

    /// A member or an item with what is behind it on its line.
    fn line(&self, line: &Line<'_>, piece: &Piece<'_>, column: usize) -> Result<String, Problem> {
        let mark = line.mark(self.text);
        let key = match (line.entry, piece.key) {
            (Some(entry), Some(key)) if key != entry.key => {
                format!("{}{}", write::key(key, false), &self.text[entry.key_end..=mark])
            }
            _ => self.text[line.start..=mark].to_owned(),
        };
        let value = line.value;
        let end = line_end(self.text, value.end);
        let between = &self.text[mark + 1..value.start];
        let behind = &self.text[value.end..end];
        Ok(match piece.value {
            Target::Same => format!("{key}{}", &self.text[mark + 1..end]),
            Target::Fresh(fresh) if matches!(fresh, Fresh::Scalar(_)) || fresh.is_empty() => {
                let between = if value.is_block() || between.is_empty() { " " } else { between };
                format!("{key}{between}{}{behind}", write::alone(fresh))
            }
            Target::Fresh(fresh) => {
                let fresh = match piece.key {
                    Some(_) => write::after_key(fresh, column, self.style),
                    None => write::after_dash(fresh, column, self.style),
                };
                match piece.key {
                    Some(_) => format!("{key}{behind}{fresh}"),
                    None => format!("{key}{fresh}"),
                }
            }
            target if value.is_block() => {
                let before = if between.contains('\n') { line_end(self.text, mark + 1) } else { mark + 1 };
                let emptied = pieces(target).is_empty();
                let head = if emptied { "" } else { &self.text[mark + 1..before] };
                format!("{key}{head}{}", self.block(value, target, before)?)
            }
            target => format!("{key}{between}{}{behind}", self.flow(value, target)?),
        })
    }

    /// A collection between braces or brackets.
    fn flow(&self, node: &Node, target: &Target) -> Result<String, Problem> {
        let (lines, pieces) = (lines(node), pieces(target));
        let (Some(first), Some(last)) = (lines.first(), lines.last()) else {
            return Ok(self.text[node.start..node.end].to_owned());
        };
        if pieces.is_empty() {
            return Ok(if matches!(node.kind, Kind::Map { .. }) { "{}" } else { "[]" }.to_owned());
        }
        let separator = |index: usize| &self.text[lines[index - 1].value.end..lines[index].start];
        let kept = |index: usize| {
            pieces.windows(2).any(|two| two[0].old == Some(index - 1) && two[1].old == Some(index))
        };
        if (1..lines.len()).any(|index| separator(index).contains('#') && !kept(index)) {
            let line = self.text[..node.start].matches('\n').count() + 1;
            return Err(Problem::at(
                format!("line {line}"),
                "a comment stands between what is changed here: write this in lines, or change it by hand",
            ));
        }
        let mut written = self.text[node.start..first.start].to_owned();
        let mut before: Option<&Piece<'_>> = None;
        for piece in &pieces {
            if let Some(before) = before {
                written += match (before.old, piece.old) {
                    (Some(one), Some(other)) if other == one + 1 => separator(other),
                    _ if lines.len() > 1 && !separator(1).contains('#') => separator(1),
                    _ => ", ",
                };
            }
            written += &self.between(piece, piece.old.and_then(|old| lines.get(old)))?;
            before = Some(piece);
        }
        Ok(written + &self.text[last.value.end..node.end])
    }

    /// A member or an item between braces or brackets.
    fn between(&self, piece: &Piece<'_>, old: Option<&Line<'_>>) -> Result<String, Problem> {
        let key = piece.key.map(|key| write::key(key, true));
        let Some(old) = old else {
            let Target::Fresh(fresh) = piece.value else { return Ok(String::new()) };
            return Ok(key.map_or_else(String::new, |key| key + ": ") + &write::flow(fresh));
        };
        let head = match (old.entry, key) {
            (Some(entry), Some(key)) => {
                let written = &self.text[entry.key_start..entry.key_end];
                let key = if piece.key == Some(&entry.key) { written } else { &key };
                format!("{key}{}", &self.text[entry.key_end..old.value.start])
            }
            _ => String::new(),
        };
        let value = match piece.value {
            Target::Same => self.text[old.value.start..old.value.end].to_owned(),
            Target::Fresh(fresh) if head.ends_with(':') => format!(" {}", write::flow(fresh)),
            Target::Fresh(fresh) => write::flow(fresh),
            target => self.flow(old.value, target)?,
        };
        Ok(head + &value)
    }
}

/// Where in the gap above a member the lines begin that go with it: the comments right above it, as far in as it is.
fn tied_from(gap: &str, column: usize) -> usize {
    let Some(mut tied) = gap.rfind('\n') else { return 0 };
    tied = before_break(gap, tied);
    loop {
        let above = gap[..tied].rfind('\n').map(|end| before_break(gap, end));
        let Some(start) = above else { return tied };
        let line = gap[start..tied].trim_start_matches(['\r', '\n']);
        let indent = line.len() - line.trim_start().len();
        if !line.trim_start().starts_with('#') || indent > column {
            return tied;
        }
        tied = start;
    }
}

fn before_break(gap: &str, line_feed: usize) -> usize {
    if gap[..line_feed].ends_with('\r') { line_feed - 1 } else { line_feed }
}
