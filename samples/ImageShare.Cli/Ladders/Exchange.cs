using System.Globalization;
using ImageShare.Cli.Captures;
using ImageShare.Cli.Terminals;

namespace ImageShare.Cli.Ladders;

/// <summary>A line of a ladder.</summary>
/// <param name="Time">Since the first message; null if the file has no times.</param>
/// <param name="IsFromLeft">Which way it goes.</param>
/// <param name="Text">What it is.</param>
/// <param name="Note">Transport and size.</param>
/// <param name="IsError">Whether it says that something went wrong.</param>
/// <param name="IsRun">Whether it stands for several messages.</param>
internal sealed record ExchangeRow(TimeSpan? Time, bool IsFromLeft, string Text, string Note, bool IsError, bool IsRun);

/// <summary>What two sides said to each other, as the rows of a ladder: a run of MSRP requests and their responses is one row.</summary>
internal sealed class Exchange
{
    /// <summary>More is no picture.</summary>
    private const int MaxRows = 2000;

    private readonly ExchangeSides _sides = new();
    private DateTimeOffset? _start;
    private CapturedMessage? _first;
    private CapturedMessage? _last;
    private bool _isFromLeft;
    private int _sends;
    private int _responses;
    private long _bytes;

    public List<ExchangeRow> Rows { get; } = [];

    /// <summary>Rows that are left out.</summary>
    public int More { get; private set; }

    public string Left => $"{_sides.Left}";

    public string Right => $"{_sides.Right}";

    public DateTimeOffset? Start => _start;

    public void Add(CapturedMessage message)
    {
        _start ??= message.Time;
        bool isFromLeft = _sides.IsFromLeft(message);
        if (!message.IsMsrp || message.Problem is not null)
        {
            EndRun();
            AddRow(message, isFromLeft, message.Problem is { } problem ? $"{problem}: {Short(message.StartLine)}".TrimEnd(':', ' ') : Short(message.StartLine), Size(message), IsError(message), isRun: false);
            return;
        }

        string[] words = message.StartLine.Split(' ');
        bool isSend = words.Length > 2 && words[2] == "SEND";
        bool isPlainResponse = words.Length > 2 && words[2] == "200";
        if ((!isSend && !isPlainResponse) || message.Flag == '#' || (isSend && message.BodyLength == 0))
        {
            EndRun();
            AddRow(message, isFromLeft, "MSRP " + string.Join(' ', words.Skip(2)) + (message.Flag == '#' ? " # (given up)" : string.Empty), Size(message), IsError(message), isRun: false);
            return;
        }

        if (isSend)
        {
            if (_first is not null && (isFromLeft != _isFromLeft || _sends == 0))
            {
                EndRun();
            }

            _first ??= message;
            _last = message;
            _isFromLeft = isFromLeft;
            _sends++;
            _bytes += message.BodyLength;
        }
        else
        {
            if (_first is null)
            {
                // The capture began inside a transfer, or this answers what stands alone.
                (_first, _isFromLeft) = (message, isFromLeft);
            }

            _responses++;
            _last = message;
        }
    }

    /// <summary>Nothing comes any more.</summary>
    public void End() => EndRun();

    private void EndRun()
    {
        if (_first is { } first && _last is { } last)
        {
            string time = last.Time - first.Time is { } took ? string.Create(CultureInfo.InvariantCulture, $", {took.TotalMilliseconds:0} ms") : string.Empty;
            string text = _sends == 0 ? "MSRP 200 OK"
                : _sends == 1 ? $"MSRP SEND, {Shown.Bytes(_bytes)}" : string.Create(CultureInfo.InvariantCulture, $"{_sends} SEND, {Shown.Bytes(_bytes)}{time}");
            string note = _sends == 0 && _responses == 1 ? Size(first) : string.Create(CultureInfo.InvariantCulture, $"{_responses} × 200");
            AddRow(first, _isFromLeft, text, note, isError: false, isRun: _sends + _responses > 2 || _sends > 1);
        }

        (_first, _last, _sends, _responses, _bytes) = (null, null, 0, 0, 0);
    }

    private void AddRow(CapturedMessage message, bool isFromLeft, string text, string note, bool isError, bool isRun)
    {
        if (Rows.Count >= MaxRows)
        {
            More++;
            return;
        }

        Rows.Add(new ExchangeRow(message.Time - _start, isFromLeft, Shown.Text(text), $"{Shown.Text(message.Transport)} {note}".TrimEnd(), isError, isRun));
    }

    // A text trace does not say how long a head was.
    private static string Size(CapturedMessage message) => message.Length > 0 ? Shown.Bytes(message.Length) : string.Empty;

    /// <summary>"INVITE sip:bob@127.0.0.1:5070", "180 Ringing".</summary>
    public static string Short(string startLine) =>
        startLine.StartsWith("SIP/2.0 ", StringComparison.Ordinal) ? startLine["SIP/2.0 ".Length..]
        : startLine.EndsWith(" SIP/2.0", StringComparison.Ordinal) ? startLine[..^" SIP/2.0".Length]
        : startLine;

    // A challenge is an ordinary step (RFC 3261 §22).
    private static bool IsError(CapturedMessage message)
    {
        if (message.Problem is not null || message.Flag == '#')
        {
            return true;
        }

        string[] words = message.StartLine.Split(' ');
        int at = message.IsMsrp ? 2 : 1;
        bool isResponse = message.IsMsrp || words[0] == "SIP/2.0";
        return isResponse && words.Length > at && int.TryParse(words[at], NumberStyles.None, CultureInfo.InvariantCulture, out int status) && status is >= 400 and not (401 or 407);
    }
}
