namespace ImageShare.Core.Bodies;

/// <summary>
/// Finds the delimiters of one multipart in the octets as they come (RFC 2046 §5.1.1) and gives each part what lies between. A line end is held back
/// until it is known whether it belongs to a delimiter, and so is a line as long as it may be one.
/// </summary>
internal sealed class MultipartStage(byte[] boundary, int spaces, UnwrapOutput output, int depth, bool isInMultipart) : UnwrapStage
{
    // Blanks may follow a delimiter; nobody sends so many.
    private const int MostBlanks = 256;

    private readonly byte[] _needle = [(byte)'-', (byte)'-', .. boundary];
    private readonly byte[] _candidate = new byte[boundary.Length + 4 + MostBlanks];
    private int _candidateLength;
    private int _lineEnd;
    private bool _atLineStart = true;
    private bool _hasReturn;
    private bool _hasParts;
    private bool _isClosed;
    private PartStage? _part;

    public override void Push(ReadOnlySpan<byte> octets)
    {
        while (!octets.IsEmpty && !_isClosed && output.Error == UnwrapError.None)
        {
            if (!_atLineStart)
            {
                octets = TakeLine(octets);
            }
            else if (TryTakeCandidate(octets[0]))
            {
                octets = octets[1..];
            }
        }
    }

    public override void End()
    {
        if (!_isClosed)
        {
            EndLine();
        }

        _part?.End();
        if (!_hasParts && depth == 1)
        {
            output.Fail(UnwrapError.NoParts);
        }
    }

    // What was held back finds out what it is.
    private void EndLine()
    {
        if (_atLineStart && _candidateLength >= _needle.Length && IsDelimiter(out bool isClose))
        {
            Accept(isClose);
        }
        else if (_atLineStart && _candidateLength == 0)
        {
            // Without a close delimiter the last line end is taken for its own; inside another multipart it would be the outer one's.
            EmitLineEnd(drop: !isInMultipart);
        }
        else if (_atLineStart)
        {
            Decline();
        }

        if (_hasReturn)
        {
            Emit("\r"u8);
        }
    }

    private ReadOnlySpan<byte> TakeLine(ReadOnlySpan<byte> octets)
    {
        if (_hasReturn)
        {
            _hasReturn = false;
            if (octets[0] == '\n')
            {
                StartLine(2);
                return octets[1..];
            }

            Emit("\r"u8);
        }

        int end = octets.IndexOf((byte)'\n');
        ReadOnlySpan<byte> line = end < 0 ? octets : octets[..end];
        bool hasReturn = line.EndsWith("\r"u8);
        Emit(hasReturn ? line[..^1] : line);
        if (end < 0)
        {
            _hasReturn = hasReturn;
            return default;
        }

        StartLine(hasReturn ? 2 : 1);
        return octets[(end + 1)..];
    }

    // False: the octet is still to be read, as content.
    private bool TryTakeCandidate(byte octet)
    {
        if (_candidateLength < _needle.Length)
        {
            if (octet == _needle[_candidateLength])
            {
                _candidate[_candidateLength++] = octet;
                return true;
            }
        }
        else if (octet == '\n')
        {
            if (IsDelimiter(out bool isClose))
            {
                Accept(isClose);
                return true;
            }
        }
        else if (octet is (byte)' ' or (byte)'\t' or (byte)'-' or (byte)'\r' && _candidate[_candidateLength - 1] != '\r' && _candidateLength < _candidate.Length)
        {
            _candidate[_candidateLength++] = octet;
            return true;
        }

        Decline();
        return false;
    }

    // "--" boundary, "--" when it closes, blanks. A boundary that was stated with spaces at its end may have them before the closing dashes too.
    private bool IsDelimiter(out bool isClose)
    {
        ReadOnlySpan<byte> rest = _candidate.AsSpan(_needle.Length, _candidateLength - _needle.Length);
        rest = rest.EndsWith("\r"u8) ? rest[..^1] : rest;
        if (spaces > 0 && rest.Length > spaces && !rest[..spaces].ContainsAnyExcept((byte)' ') && rest[spaces..].StartsWith("--"u8))
        {
            rest = rest[spaces..];
        }

        isClose = rest.StartsWith("--"u8);
        return !rest[(isClose ? 2 : 0)..].ContainsAnyExcept((byte)' ', (byte)'\t');
    }

    private void Accept(bool isClose)
    {
        _part?.End();
        _part = null;
        _hasReturn = false;
        _isClosed = isClose;
        StartLine(0);
        if (!isClose)
        {
            output.CountPart();
            _part = new PartStage(output, depth, () => _hasParts = true);
        }
    }

    private void Decline()
    {
        EmitLineEnd(drop: false);
        _atLineStart = false;
        ReadOnlySpan<byte> candidate = _candidate.AsSpan(0, _candidateLength);
        _hasReturn = candidate.EndsWith("\r"u8);
        Emit(_hasReturn ? candidate[..^1] : candidate);
        _candidateLength = 0;
    }

    private void StartLine(int lineEnd)
    {
        _lineEnd = lineEnd;
        _candidateLength = 0;
        _atLineStart = true;
    }

    private void EmitLineEnd(bool drop)
    {
        int length = _lineEnd;
        _lineEnd = 0;
        if (!drop)
        {
            Emit("\r\n"u8[(2 - length)..]);
        }
    }

    private void Emit(ReadOnlySpan<byte> octets)
    {
        if (!octets.IsEmpty)
        {
            _part?.Push(octets);
        }
    }
}
