using System.Buffers;
using System.Collections;

namespace ImageShare.Core.Text;

/// <summary>
/// The <c>;name=value</c> parameters of a header field value, media type or URI. Ordered and immutable; keeps unknown parameters. Two lists
/// are equal if they contain equal parameters in the same order.
/// </summary>
public readonly struct ParameterList : IReadOnlyList<Parameter>, IEquatable<ParameterList>
{
    private const int LikelyCount = 8;

    // The only parameter of most Route and Record-Route values.
    internal static readonly ParameterList LooseRouter = Of([new Parameter("lr")]);

    // An array of parameters, or UnreadParameters; null for none.
    private readonly object? _items;

    /// <summary>Creates a list of parameters in that order.</summary>
    public ParameterList(params ReadOnlySpan<Parameter> items) => _items = items.IsEmpty ? null : items.ToArray();

    private ParameterList(object items) => _items = items;

    /// <summary>No parameters.</summary>
    public static ParameterList Empty => default;

    /// <summary>The parameters in that text, which is known to have the form of <see cref="UnreadParameters"/>: read when they are asked for.</summary>
    internal static ParameterList Unread(TextSlice text) => text.Length switch
    {
        0 => default,
        3 when text.Span.SequenceEqual(";lr"u8) => LooseRouter,
        _ => new((object)new UnreadParameters(text)),
    };

    /// <summary>The same, read now.</summary>
    internal static ParameterList OfUsual(ReadOnlySpan<byte> text) => text.Length switch
    {
        0 => default,
        3 when text.SequenceEqual(";lr"u8) => LooseRouter,
        _ => Of(UnreadParameters.Read(text)),
    };

    // The array is used for nothing else.
    private static ParameterList Of(Parameter[] items) => new((object)items);

    /// <inheritdoc/>
    public int Count => Items.Length;

    /// <inheritdoc/>
    public Parameter this[int index] => Items[index];

    /// <summary>Whether there is a parameter with that name, ignoring case, with or without value.</summary>
    public bool Contains(string name) => _items is UnreadParameters unread && unread.TryGetText(out ReadOnlySpan<byte> text)
        ? UnreadParameters.Contains(text, name)
        : IndexOf(name) >= 0;

    /// <summary>The value of the first parameter with that name, ignoring case; null if absent or without value.</summary>
    public string? GetValue(string name) => TryGet(name, out Parameter parameter) ? parameter.Value : null;

    /// <summary>Finds the first parameter with that name, ignoring case.</summary>
    public bool TryGet(string name, out Parameter parameter)
    {
        if (_items is UnreadParameters unread && unread.TryGetText(out ReadOnlySpan<byte> text))
        {
            return UnreadParameters.TryFind(text, name, out parameter);
        }

        int index = IndexOf(name);
        parameter = index < 0 ? default : Items[index];
        return index >= 0;
    }

    /// <summary>Returns a copy in which the first parameter of that name is replaced, or the new one is appended.</summary>
    public ParameterList With(string name, string? value = null, bool quoted = false)
    {
        var parameter = new Parameter(name, value, quoted);
        int index = IndexOf(name);
        if (index < 0)
        {
            return Of([.. Items, parameter]);
        }

        Parameter[] items = [.. Items];
        items[index] = parameter;
        return Of(items);
    }

    /// <summary>Returns a copy without the parameters of that name.</summary>
    public ParameterList Without(string name) => Contains(name)
        ? Of([.. this.Where(p => !p.Name.Equals(name, StringComparison.OrdinalIgnoreCase))])
        : this;

    /// <inheritdoc/>
    public bool Equals(ParameterList other) => ReferenceEquals(_items, other._items) || Items.AsSpan().SequenceEqual(other.Items);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is ParameterList other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (Parameter item in Items)
        {
            hash.Add(item);
        }

        return hash.ToHashCode();
    }

    /// <summary>Whether the lists are equal.</summary>
    public static bool operator ==(ParameterList left, ParameterList right) => left.Equals(right);

    /// <summary>Whether the lists differ.</summary>
    public static bool operator !=(ParameterList left, ParameterList right) => !left.Equals(right);

    /// <summary>The parameters as written, each with a leading semicolon.</summary>
    public override string ToString() => Count == 0 ? string.Empty : ";" + string.Join(';', this);

    /// <inheritdoc/>
    public IEnumerator<Parameter> GetEnumerator() => ((IEnumerable<Parameter>)Items).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>
    /// *( SEMI generic-param ). Skips white space around semicolons and equals signs, and empty parameters (<c>;;</c> or a trailing
    /// semicolon). Stops before a comma or anything else that is not a parameter. False only for a malformed value (an unterminated quote, or
    /// nothing after an equals sign).
    /// </summary>
    /// <param name="cursor">The cursor; on success it is after the last parameter.</param>
    /// <param name="unquoted">The characters allowed in an unquoted name or value.</param>
    /// <param name="parameters">The parameters, possibly none.</param>
    internal static bool TryRead(ref AsciiCursor cursor, SearchValues<byte> unquoted, out ParameterList parameters)
    {
        parameters = default;
        if (cursor.AtEnd)
        {
            return true;
        }

        if (cursor.Rest.SequenceEqual(";lr"u8))
        {
            cursor.Advance(3);
            parameters = LooseRouter;
            return true;
        }

        Parameter[] items = [];
        int count = 0;
        while (TryReadSemicolon(ref cursor))
        {
            ReadOnlySpan<byte> name = cursor.ReadWhile(unquoted);
            if (name.IsEmpty && (cursor.AtEnd || cursor.Peek is (byte)';' or (byte)','))
            {
                continue;
            }

            if (name.IsEmpty || !Parameter.TryReadValue(ref cursor, name, unquoted, out Parameter parameter))
            {
                return false;
            }

            if (count == items.Length)
            {
                // Usually the number of semicolons is the number of parameters: allocate an array of that size.
                Array.Resize(ref items, count == 0 ? Math.Min(1 + cursor.Rest.Count((byte)';'), LikelyCount) : count * 2);
            }

            items[count++] = parameter;
        }

        if (count > 0)
        {
            Array.Resize(ref items, count);
            parameters = new(items);
        }

        return true;
    }

    /// <summary>Writes each parameter with a leading semicolon.</summary>
    internal void Write(IBufferWriter<byte> output)
    {
        if (_items is UnreadParameters unread && unread.TryGetText(out ReadOnlySpan<byte> text))
        {
            output.Write(text);
            return;
        }

        foreach (Parameter parameter in Items)
        {
            output.WriteByte((byte)';');
            parameter.Write(output);
        }
    }

    // SEMI = SWS ";" SWS (RFC 3261 §25.1). Without a semicolon the white space is left, too.
    private static bool TryReadSemicolon(ref AsciiCursor cursor)
    {
        AsciiCursor ahead = cursor;
        ahead.SkipWhiteSpace();
        if (!ahead.TryRead((byte)';'))
        {
            return false;
        }

        ahead.SkipWhiteSpace();
        cursor = ahead;
        return true;
    }

    private Parameter[] Items => _items as Parameter[] ?? (_items as UnreadParameters)?.Items ?? [];

    private int IndexOf(string name)
    {
        Parameter[] items = Items;
        for (int i = 0; i < items.Length; i++)
        {
            if (items[i].Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return i;
            }
        }

        return -1;
    }
}
