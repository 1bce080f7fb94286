//! Columns that are as wide as their widest cell, block by block: Go's `text/tabwriter`.

/// Collects text whose cells end in tabs.
#[derive(Clone, Debug)]
pub struct TabWriter {
    minimum: usize,
    padding: usize,
    text: String,
}

/// Columns no narrower than these, whatever is in them (kept while watching).
pub type Widths = Vec<usize>;

impl TabWriter {
    /// As `kubectl get` aligns its tables.
    pub fn table() -> Self {
        Self { minimum: 6, padding: 3, text: String::new() }
    }

    /// As `kubectl describe` aligns its fields.
    pub fn fields() -> Self {
        Self { minimum: 0, padding: 2, text: String::new() }
    }

    /// One with a minimum width and a padding of its own.
    pub fn new(minimum: usize, padding: usize) -> Self {
        Self { minimum, padding, text: String::new() }
    }

    /// Adds text.
    pub fn write(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// Adds a row of cells.
    pub fn row<'a>(&mut self, cells: impl IntoIterator<Item = &'a str>) {
        for (at, cell) in cells.into_iter().enumerate() {
            if at > 0 {
                self.text.push('\t');
            }
            self.text.push_str(cell);
        }
        self.text.push('\n');
    }

    /// The text with its columns aligned.
    pub fn finish(self) -> String {
        self.finish_with(&mut Widths::new())
    }

    /// The same, no column narrower than before; remembers how wide they are now.
    pub fn finish_with(self, remembered: &mut Widths) -> String {
        let lines: Vec<Vec<&str>> = self.text.split('\n').map(|line| line.split('\t').collect()).collect();
        let mut layout = Layout {
            lines: &lines,
            minimum: self.minimum,
            padding: self.padding,
            widths: Vec::new(),
            before: remembered.clone(),
            remembered,
            out: String::with_capacity(self.text.len() * 2),
        };
        layout.format(0, lines.len());
        layout.out
    }
}

struct Layout<'a> {
    lines: &'a [Vec<&'a str>],
    minimum: usize,
    padding: usize,
    widths: Vec<usize>,
    before: Widths,
    remembered: &'a mut Widths,
    out: String,
}

impl Layout<'_> {
    /// Prints lines; each run of lines that have a cell in the next column shares that column's width.
    fn format(&mut self, mut first: usize, last: usize) {
        let column = self.widths.len();
        let has = |line: &Vec<&str>| column + 1 < line.len();
        let mut at = first;
        while at < last {
            if !has(&self.lines[at]) {
                at += 1;
                continue;
            }
            self.print(first, at);
            first = at;
            let mut width = self.minimum.max(self.before.get(column).copied().unwrap_or(0));
            while at < last && has(&self.lines[at]) {
                width = width.max(self.lines[at][column].chars().count() + self.padding);
                at += 1;
            }
            if self.remembered.len() <= column {
                self.remembered.resize(column + 1, 0);
            }
            self.remembered[column] = width;
            self.widths.push(width);
            self.format(first, at);
            self.widths.pop();
            first = at;
        }
        self.print(first, last);
    }

    fn print(&mut self, first: usize, last: usize) {
        for at in first..last {
            for (column, cell) in self.lines[at].iter().enumerate() {
                self.out.push_str(cell);
                if let Some(width) = self.widths.get(column) {
                    let blank = width.saturating_sub(cell.chars().count());
                    self.out.extend(std::iter::repeat_n(' ', blank));
                }
            }
            if at + 1 < self.lines.len() {
                self.out.push('\n');
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::TabWriter;

    #[test]
    fn columns_are_blocks() {
        let mut writer = TabWriter::fields();
        writer.write("Name:\tx\nService Account:\ty\nIPs:\n  IP:\t1.2.3.4\nA:\tb\tc\nAA:\tbbb\tc\n");
        assert_eq!(
            writer.finish(),
            "Name:             x\nService Account:  y\nIPs:\n  IP:  1.2.3.4\nA:     b    c\nAA:    bbb  c\n"
        );
        let mut writer = TabWriter::table();
        writer.row(["N", "P"]);
        writer.row(["ant", ""]);
        assert_eq!(writer.finish(), "N     P\nant   \n");
    }
}
