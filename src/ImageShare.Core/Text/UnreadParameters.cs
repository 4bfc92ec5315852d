using System.Text;

namespace ImageShare.Core.Text;

/// <summary>
/// Parameters of a message that are known to be in their usual form (<c>;name</c>, <c>;name=value</c> and <c>;name="value"</c>, without white space, escapes and empty
/// parts) and become strings when they are asked for. Most never are. Any number of threads may ask at a time.
/// </summary>
/// <param name="text">The parameters, from the first semicolon on to the end.</param>
internal sealed class UnreadParameters(TextSlice text)
{
    private readonly int _start = text.Start;
    private readonly int _length = text.Length;

    // The message, and once all parameters were asked for an array of them: the message is not kept in memory any longer.
    private object _bytesOrItems = text.Bytes;

    /// <summary>All parameters.</summary>
    public Parameter[] Items
    {
        get
        {
            object current = _bytesOrItems;
            if (current is Parameter[] items)
            {
                return items;
            }

            items = Read(Text(current));
            _bytesOrItems = items;
            return items;
        }
    }

    /// <summary>The text if it is still there: the parameters as they were written.</summary>
    public bool TryGetText(out ReadOnlySpan<byte> text)
    {
        object current = _bytesOrItems;
        text = current is byte[]? Text(current) : default;
        return current is byte[];
    }

    /// <summary>The parameters of a text of that form.</summary>
    public static Parameter[] Read(ReadOnlySpan<byte> text)
    {
        int count = 0;
        for (ReadOnlySpan<byte> rest = text; TryTake(ref rest, out _);)
        {
            count++;
        }

        var items = new Parameter[count];
        for (int i = 0; i < items.Length && TryTake(ref text, out Piece piece); i++)
        {
            items[i] = piece.ToParameter();
        }

        return items;
    }

    /// <summary>The first parameter with that name in such a text.</summary>
    public static bool TryFind(ReadOnlySpan<byte> text, string name, out Parameter parameter)
    {
        bool isFound = TryFind(text, name, out Piece piece);
        parameter = isFound ? piece.ToParameter() : default;
        return isFound;
    }

    /// <summary>Whether there is a parameter with that name in such a text.</summary>
    public static bool Contains(ReadOnlySpan<byte> text, string name) => TryFind(text, name, out Piece _);

    private static bool TryFind(ReadOnlySpan<byte> text, string name, out Piece piece)
    {
        while (TryTake(ref text, out piece))
        {
            if (Ascii.EqualsIgnoreCase(piece.Name, name))
            {
                return true;
            }
        }

        return false;
    }

    private ReadOnlySpan<byte> Text(object bytes) => ((byte[])bytes).AsSpan(_start, _length);

    // The first parameter of the text, which is then without it.
    private static bool TryTake(scoped ref ReadOnlySpan<byte> text, out Piece piece)
    {
        piece = default;
        if (text.IsEmpty)
        {
            return false;
        }

        // Not vectorized: most names have ten bytes or fewer.
        int end = 1;
        while (end < text.Length && text[end] is not ((byte)'=' or (byte)';'))
        {
            end++;
        }

        piece.Name = text[1..end];
        text = text[end..];
        if (text.IsEmpty || text[0] != '=')
        {
            return true;
        }

        piece.HasValue = true;
        piece.IsQuoted = text[1] == '"';
        text = text[(piece.IsQuoted ? 2 : 1)..];
        int length = text.IndexOf(piece.IsQuoted ? (byte)'"' : (byte)';');
        piece.Value = length < 0 ? text : text[..length];
        text = text[(piece.Value.Length + (piece.IsQuoted ? 1 : 0))..];
        return true;
    }

    // The usual names without a look into the table of strings.
    private static string NameOf(ReadOnlySpan<byte> name) => name.Length switch
    {
        2 when name.SequenceEqual("lr"u8) => "lr",
        3 when name.SequenceEqual("tag"u8) => "tag",
        5 when name.SequenceEqual("rport"u8) => "rport",
        6 when name.SequenceEqual("branch"u8) => "branch",
        7 when name.SequenceEqual("expires"u8) => "expires",
        8 when name.SequenceEqual("received"u8) => "received",
        9 when name.SequenceEqual("transport"u8) => "transport",
        _ => WellKnownText.GetString(name),
    };

    private ref struct Piece
    {
        public ReadOnlySpan<byte> Name;
        public ReadOnlySpan<byte> Value;
        public bool HasValue;
        public bool IsQuoted;

        public readonly Parameter ToParameter() => new(NameOf(Name), HasValue ? WellKnownText.GetString(Value) : null, IsQuoted);
    }
}
