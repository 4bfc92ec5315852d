using System.Text;

namespace ImageShare.Cli.Terminals;

/// <summary>
/// Owns the terminal: all output goes through it. Notices are on lines of their own; below them, if the terminal supports it, the
/// progress rows, and last the open question. Never two of them on one line. Thread-safe.
/// </summary>
/// <param name="error">Writes to standard error, where questions and progress go.</param>
/// <param name="width">The current width of the terminal in cells.</param>
/// <param name="cells">The width of a text in cells.</param>
/// <param name="layout">What standard error supports.</param>
/// <param name="time">The clock.</param>
internal sealed class Terminal(Action<string> error, Func<int> width, Func<string, int> cells, TerminalLayout layout, TimeProvider time)
{
    private const int MostRows = 5;
    private static readonly TimeSpan Refresh = TimeSpan.FromMilliseconds(100);

    private readonly Lock _gate = new();
    private readonly List<ProgressRow> _rows = [];
    private readonly List<int> _drawn = [];
    private OpenQuestion? _question;
    private long _drawnAt;
    private int _depth;

    public bool IsLive => layout == TerminalLayout.Live;

    // After a full last column the cursor position is undefined.
    private int Columns => Math.Max(10, width() - 1);

    /// <summary>Runs an action that writes whole lines to standard output or standard error.</summary>
    public void Write(Action write)
    {
        lock (_gate)
        {
            Clear();
            try
            {
                _depth++;
                write();
            }
            finally
            {
                _depth--;
                Draw();
            }
        }
    }

    /// <summary>Shows a progress row until <see cref="Remove"/>.</summary>
    public void Add(ProgressRow row) => Write(() => _rows.Add(row));

    public void Remove(ProgressRow row) => Write(() => _rows.Remove(row));

    /// <summary>Updates a progress row.</summary>
    public void Update(ProgressRow row, Action change)
    {
        lock (_gate)
        {
            change();
            if (_rows.IndexOf(row) is >= 0 and < MostRows && time.GetElapsedTime(_drawnAt) >= Refresh)
            {
                Clear();
                Draw();
            }
        }
    }

    /// <summary>Shows a question in the last line. One at a time.</summary>
    public OpenQuestion Ask(string text)
    {
        var question = new OpenQuestion(text);
        Write(() =>
        {
            _question = question;
            if (layout == TerminalLayout.WholeLines)
            {
                error(text.TrimEnd() + Environment.NewLine);
            }
        });
        return question;
    }

    /// <summary>Removes the question without an answer.</summary>
    public void Withdraw(OpenQuestion question)
    {
        lock (_gate)
        {
            if (_question == question)
            {
                Clear();
                _question = null;
                Draw();
            }
        }
    }

    /// <summary>Delivers an answer that was not typed.</summary>
    public void Answer(OpenQuestion question, string typed)
    {
        lock (_gate)
        {
            if (_question == question)
            {
                Finish(question, typed);
            }
        }
    }

    /// <summary>
    /// Handles a key. Ignored if no question is open.
    /// </summary>
    /// <returns>An action that delivers the answer if the key completed it; otherwise null.</returns>
    public Action? Take(ConsoleKeyInfo key)
    {
        lock (_gate)
        {
            if (_question is not { } question)
            {
                return null;
            }

            string typed = question.Typed;
            switch (key.KeyChar)
            {
                case '\r' or '\n':
                    Finish(question, typed);
                    return () => question.End(typed);
                case '\u0004' when typed.Length == 0:
                    Finish(question, string.Empty);
                    return () => question.End(null);
                case '\b' or '\u007f':
                    question.Typed = typed.Length == 0 ? typed : typed[..^1];
                    break;
                case '\u0015':
                    question.Typed = string.Empty;
                    break;
                case var c when !char.IsControl(c) && typed.Length < 20:
                    question.Typed += c;
                    break;
                default:
                    return null;
            }

            if (IsLive)
            {
                Clear();
                Draw();
            }

            return null;
        }
    }

    private void Finish(OpenQuestion question, string typed)
    {
        Clear(isAnswered: true);
        _question = null;
        error(layout switch
        {
            TerminalLayout.Live => string.Join(Environment.NewLine, Wrap(question.Text + typed, Columns)),
            TerminalLayout.OpenLine => typed,
            _ => question.Text + typed,
        } + Environment.NewLine);
        Draw();
    }

    private void Clear(bool isAnswered = false)
    {
        if (_depth > 0)
        {
            return;
        }

        if (layout == TerminalLayout.OpenLine && _question is not null && !isAnswered)
        {
            error(Environment.NewLine);
        }
        else if (_drawn.Count > 0)
        {
            // The terminal has become narrower and wrapped the lines.
            int columns = Math.Max(1, width());
            int rows = _drawn.Sum(line => Math.Max(1, (line + columns - 1) / columns));
            error("\r" + (rows > 1 ? $"\e[{rows - 1}A" : string.Empty) + "\e[J");
            _drawn.Clear();
        }
    }

    private void Draw()
    {
        if (_depth > 0)
        {
            return;
        }

        if (!IsLive)
        {
            if (layout == TerminalLayout.OpenLine && _question is not null)
            {
                error(_question.Text);
            }

            return;
        }

        _drawnAt = time.GetTimestamp();

        int columns = Columns;
        List<string> lines = [.. _rows.Take(MostRows).Select(row => Cut(row.ToString(columns), columns))];
        if (_rows.Count > MostRows)
        {
            lines.Add(Cut($"and {_rows.Count - MostRows} more", columns));
        }

        if (_question is not null)
        {
            lines.AddRange(Wrap(_question.Text + _question.Typed, columns));
        }

        if (lines.Count > 0)
        {
            _drawn.AddRange(lines.Select(cells));
            error(string.Join(Environment.NewLine, lines));
        }
    }

    private string Cut(string line, int columns)
    {
        int end = 0, taken = 0;
        foreach (Rune rune in line.EnumerateRunes())
        {
            if ((taken += cells(rune.ToString())) > columns)
            {
                break;
            }

            end += rune.Utf16SequenceLength;
        }

        return line[..end];
    }

    /// <summary>A text in lines that fit the terminal.</summary>
    public IReadOnlyList<string> Wrap(string text) => Wrap(text, Columns);

    private List<string> Wrap(string text, int columns) => TextLines.Wrap(text, columns, cells);
}
