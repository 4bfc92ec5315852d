using System.Text;
using ImageShare.Cli.Terminals;

namespace ImageShare.Core.Tests.Cli;

/// <summary>What stands on the screen while notices, progress and questions come as they like.</summary>
[TestFixture]
public sealed class TerminalTests
{
    private const string Carol = "Accept big.png (image/png, 30.0 MB) from sip:carol@ims.example? [y/N] ";
    private const string Alice = "Accept dusk.png (image/png, 63 kB) from sip:alice@ims.example? [y/N] ";

    [TestCase(60)]
    [TestCase(100)]
    [TestCase(20)]
    public void A_notice_does_not_come_between_a_question_and_its_answer(int width)
    {
        var screen = new Screen(width);
        Terminal terminal = screen.Terminal();
        Say(terminal, screen, "carol wants to share");
        OpenQuestion question = terminal.Ask(Carol);
        Say(terminal, screen, "alice wants to share");
        Assert.That(screen.Text, Is.EqualTo("carol wants to share\nalice wants to share\n" + Wrapped(Carol, width)), "the question is what stands last");
        Type(terminal, "yes")();
        Assert.That(question.Answered.Result, Is.EqualTo("yes"));
        OpenQuestion next = terminal.Ask(Alice);
        Assert.That(screen.Text, Is.EqualTo("carol wants to share\nalice wants to share\n" + Wrapped(Carol + "yes", width) + "\n" + Wrapped(Alice, width)));
        Assert.That(next.Answered.IsCompleted, Is.False);
    }

    [Test]
    public void What_is_typed_without_a_question_answers_none()
    {
        var screen = new Screen(80);
        Terminal terminal = screen.Terminal();
        Assert.That(Key(terminal, 'y') is null, Is.True);
        Assert.That(Key(terminal, '\r') is null, Is.True);
        OpenQuestion question = terminal.Ask(Carol);
        Assert.That(question.Answered.IsCompleted, Is.False);
        Assert.That(screen.Text, Is.EqualTo(Carol));
        Type(terminal, string.Empty)();
        Assert.That(question.Answered.Result, Is.Empty, "nothing of what came before is a part of it");

        // Nor does what follows the answer answer the next one.
        Assert.That(Key(terminal, 'y') is null, Is.True);
        OpenQuestion next = terminal.Ask(Alice);
        Type(terminal, string.Empty)();
        Assert.That(next.Answered.Result, Is.Empty);
    }

    [Test]
    public void What_is_typed_can_be_taken_back_and_is_bounded()
    {
        var screen = new Screen(80);
        Terminal terminal = screen.Terminal();
        OpenQuestion question = terminal.Ask("Really? ");
        foreach (char key in "yx\u007fz\u0015no\u0007" + new string('n', 100))
        {
            Assert.That(Key(terminal, key) is null, Is.True);
        }

        Assert.That(screen.Text, Is.EqualTo("Really? no" + new string('n', 18)));
        Type(terminal, string.Empty)();
        Assert.That(question.Answered.Result, Does.StartWith("non"));
        OpenQuestion nobody = terminal.Ask("Anybody? ");
        Key(terminal, '\u0004')!();
        Assert.That(nobody.Answered.Result, Is.Null);
    }

    [Test]
    public void A_question_that_is_over_goes_and_its_answer_comes_to_nobody()
    {
        var screen = new Screen(80);
        Terminal terminal = screen.Terminal();
        OpenQuestion question = terminal.Ask(Carol);
        Key(terminal, 'y');
        terminal.Withdraw(question);
        Assert.That(screen.Text, Is.Empty);
        Assert.That(Key(terminal, '\r') is null, Is.True);
        terminal.Ask(Alice);
        terminal.Withdraw(question);
        Assert.That(screen.Text, Is.EqualTo(Alice), "the other one stays");
    }

    [Test]
    public void Progress_stands_above_the_question_and_only_so_much_of_it()
    {
        var time = new ManualTime();
        var screen = new Screen(60);
        Terminal terminal = screen.Terminal(time);
        ProgressRow[] rows = [.. Enumerable.Range(0, 7).Select(i => new ProgressRow($"{i}.png", time) { State = "transferring", Total = 1000 })];
        foreach (ProgressRow row in rows)
        {
            terminal.Add(row);
        }

        terminal.Ask("Really? ");
        rows[0].Reach(0);
        time.Advance(TimeSpan.FromSeconds(1));
        terminal.Update(rows[0], () => rows[0].Reach(500));
        Assert.That(screen.Lines, Has.Count.EqualTo(7));
        Assert.That(screen.Lines[0], Does.StartWith("transferring  0.png  ━").And.EndsWith("50 %  500 bytes/s  0:01").And.Length.LessThan(60));
        Assert.That(screen.Lines[^2], Is.EqualTo("and 2 more"));
        Assert.That(screen.Lines[^1], Is.EqualTo("Really? "));
        foreach (ProgressRow row in rows)
        {
            terminal.Remove(row);
        }

        Assert.That(screen.Text, Is.EqualTo("Really? "));
    }

    [Test]
    public void The_rate_is_that_of_the_last_seconds_and_what_waits_says_for_how_long()
    {
        var time = new ManualTime();
        var row = new ProgressRow("a.png", time) { State = "waiting", Total = 100_000 };
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.That(row.ToString(80), Is.EqualTo("waiting  a.png"));
        time.Advance(TimeSpan.FromSeconds(64));
        Assert.That(row.ToString(80), Is.EqualTo("waiting  a.png  1:05"));
        row.State = "transferring";
        row.Reach(1);
        for (int i = 1; i <= 10; i++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            row.Reach(i * 5000);
        }

        Assert.That(row.ToString(80), Does.EndWith("50 %  5000 bytes/s  0:10"));
        for (int i = 1; i <= 10; i++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            row.Reach(50_000 + (i * 1000));
        }

        Assert.That(row.ToString(80), Does.EndWith("60 %  1000 bytes/s  0:40"), "whatever it was before");
    }

    [Test]
    public void Whatever_comes_in_whatever_order_nothing_shares_a_line([Range(1, 20)] int seed)
    {
        var random = new Random(seed);
        var time = new ManualTime();
        var screen = new Screen(random.Next(45, 120));
        Terminal terminal = screen.Terminal(time);
        var rows = new List<ProgressRow>();
        var permanent = new List<string>();
        OpenQuestion? question = null;
        for (int i = 0; i < 300; i++)
        {
            time.Advance(TimeSpan.FromMilliseconds(150));
            switch (random.Next(7))
            {
                case 0:
                    permanent.Add($"notice {i} {new string('n', random.Next(150))}{(random.Next(3) == 0 ? "界界" : string.Empty)}");
                    Say(terminal, screen, permanent[^1]);
                    break;
                case 1 when rows.Count < 8:
                    rows.Add(new ProgressRow($"{i}界.png", time) { State = "progress", Total = 1000 });
                    terminal.Add(rows[^1]);
                    break;
                case 2 when rows.Count > 0:
                    terminal.Remove(rows[0]);
                    rows.RemoveAt(0);
                    break;
                case 3 when rows.Count > 0:
                    terminal.Update(rows[^1], () => rows[^1].Reach(random.Next(1000)));
                    break;
                case 4 when question is null:
                    question = terminal.Ask($"question {i} {new string('q', random.Next(150))}? ");
                    break;
                case 5 when question is not null:
                    Key(terminal, 'y');
                    break;
                case 6 when question is not null:
                    if (random.Next(2) == 0)
                    {
                        terminal.Withdraw(question);
                    }
                    else
                    {
                        permanent.Add(Wrapped(question.Text + question.Typed, screen.Width));
                        Key(terminal, '\r')!();
                    }

                    question = null;
                    break;
                default:
                    break;
            }

            string shown = string.Concat(permanent.Select(line => screen.Broken(line) + "\n"));
            Assert.That(screen.Text, Does.StartWith(shown), "what was said stays as it was said");
            string[] live = screen.Text[shown.Length..].Split('\n');
            Assert.That(live.Count(static line => line.Contains("progress", StringComparison.Ordinal)), Is.EqualTo(Math.Min(5, rows.Count)));
            Assert.That(string.Concat(live), Does.EndWith(question is null ? string.Empty : question.Text + question.Typed));
        }
    }

    [Test]
    public void A_terminal_that_becomes_narrower_is_cleared_all_the_same()
    {
        var screen = new Screen(100);
        Terminal terminal = screen.Terminal();
        terminal.Ask(Carol);
        screen.Narrow(40);
        Say(terminal, screen, "notice");
        Assert.That(screen.Text, Is.EqualTo("notice\n" + Wrapped(Carol, 40)));
    }

    [Test]
    public void Where_nothing_can_be_written_over_a_question_that_is_interrupted_is_asked_again()
    {
        var screen = new Screen(1000);
        var terminal = new Terminal(screen.Write, () => 80, Screen.Cells, TerminalLayout.OpenLine, TimeProvider.System);
        OpenQuestion question = terminal.Ask(Carol);
        Say(terminal, screen, "notice");
        terminal.Answer(question, "y");
        OpenQuestion over = terminal.Ask(Alice);
        terminal.Withdraw(over);
        Say(terminal, screen, "over");
        Assert.That(screen.Text, Is.EqualTo($"{Carol}\nnotice\n{Carol}y\n{Alice}\nover\n"));
    }

    [Test]
    public void Where_standard_output_comes_another_way_a_question_is_a_line_of_its_own()
    {
        var screen = new Screen(1000);
        var terminal = new Terminal(screen.Write, () => 80, Screen.Cells, TerminalLayout.WholeLines, TimeProvider.System);
        terminal.Ask(Carol);
        screen.Write("from somewhere\n");
        Type(terminal, "y")();
        terminal.Withdraw(terminal.Ask(Alice));
        Assert.That(screen.Text, Is.EqualTo($"{Carol.TrimEnd()}\nfrom somewhere\n{Carol}y\n{Alice.TrimEnd()}\n"));
    }

    private static void Say(Terminal terminal, Screen screen, string text) => terminal.Write(() => screen.Write(text + Environment.NewLine));

    private static Action? Key(Terminal terminal, char key) => terminal.Take(new ConsoleKeyInfo(key, default, false, false, false));

    private static Action Type(Terminal terminal, string text)
    {
        foreach (char key in text)
        {
            Assert.That(Key(terminal, key) is null, Is.True);
        }

        return Key(terminal, '\r')!;
    }

    // Behind a space, as a person would.
    private static string Wrapped(string text, int width)
    {
        var lines = new StringBuilder();
        while (text.Length >= width)
        {
            int cut = text.LastIndexOf(' ', width - 2) + 1;
            cut = cut == 0 ? width - 1 : cut;
            lines.Append(text[..cut]).Append('\n');
            text = text[cut..];
        }

        return lines.Append(text).ToString();
    }

    private sealed class ManualTime : TimeProvider
    {
        private long _now = 1;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now;

        public void Advance(TimeSpan by) => _now += by.Ticks;
    }

    /// <summary>As much of a terminal as is needed: lines that break at its width, and the two sequences that go up and clear.</summary>
    private sealed class Screen(int width)
    {
        // A cell each; the second one of a wide character is empty.
        private List<List<string>> _rows = [[]];
        private int _width = width;
        private int _row;
        private int _column;

        public IReadOnlyList<string> Lines => [.. _rows.Select(static row => string.Concat(row))];

        public string Text => string.Join('\n', Lines);

        public int Width => _width;

        public static int Cells(string text) => text.EnumerateRunes().Sum(static rune => rune.Value is > 0x3000 and < 0xA000 ? 2 : 1);

        public Terminal Terminal(TimeProvider? time = null) => new(Write, () => _width, Cells, TerminalLayout.Live, time ?? TimeProvider.System);

        /// <summary>How a line is shown that is longer than the screen is wide.</summary>
        public string Broken(string line)
        {
            var alone = new Screen(_width);
            alone.Write(line);
            return alone.Text;
        }

        public void Narrow(int width)
        {
            _rows = [.. _rows.SelectMany(row => row.Count == 0 ? [[]] : row.Chunk(width).Select(static part => part.ToList()))];
            _width = width;
            _row = _rows.Count - 1;
            _column = _rows[^1].Count;
        }

        public void Write(string text)
        {
            for (int i = 0; i < text.Length; i++)
            {
                switch (text[i])
                {
                    case '\r':
                        _column = 0;
                        break;
                    case '\n':
                        Down();
                        break;
                    case '\e' when text[i + 2] == 'J' || text[i..].StartsWith("\e[J", StringComparison.Ordinal):
                        _rows[_row].RemoveRange(Math.Min(_column, _rows[_row].Count), Math.Max(0, _rows[_row].Count - _column));
                        _rows.RemoveRange(_row + 1, _rows.Count - _row - 1);
                        i += 2;
                        break;
                    case '\e':
                        int end = text.IndexOf('A', i);
                        _row -= int.Parse(text.AsSpan(i + 2, end - i - 2), System.Globalization.CultureInfo.InvariantCulture);
                        i = end;
                        break;
                    default:
                        Put(Rune.GetRuneAt(text, i).ToString());
                        break;
                }
            }
        }

        private void Put(string character)
        {
            int cells = Cells(character);
            if (_column + cells > _width)
            {
                Down();
            }

            Assert.That(_column, Is.EqualTo(_rows[_row].Count), "nothing is written over what stands there");
            _rows[_row].Add(character);
            _rows[_row].AddRange(Enumerable.Repeat(string.Empty, cells - 1));
            _column += cells;
        }

        private void Down()
        {
            _row++;
            _column = 0;
            if (_row == _rows.Count)
            {
                _rows.Add([]);
            }
        }
    }
}
