using System.Buffers;
using System.Collections;
using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace ImageShare.Core.Text;

/// <summary>
/// The <c>;name=value</c> tail of a header field value, media type or URI: ordered, immutable, unknown parameters kept.
/// Two lists are equal when they hold equal parameters in the same order.
/// </summary>
public readonly struct ParameterList : IReadOnlyList<Parameter>, IEquatable<ParameterList>
{
    private const int LikelyCount = 8;

    // What nearly every Route and Record-Route has, and nothing else beside it.
    private static readonly ParameterList LooseRouter = new(new Parameter("lr"));

    private readonly ImmutableArray<Parameter> _items;

    /// <summary>Makes a list of the given parameters, in that order.</summary>
    public ParameterList(params ReadOnlySpan<Parameter> items) => _items = [.. items];

    private ParameterList(ImmutableArray<Parameter> items) => _items = items;

    /// <summary>No parameters.</summary>
    public static ParameterList Empty => default;

    /// <inheritdoc/>
    public int Count => _items.IsDefault ? 0 : _items.Length;

    /// <inheritdoc/>
    public Parameter this[int index] => _items[index];

    /// <summary>Whether a parameter of that name (case ignored) is there, with or without a value.</summary>
    public bool Contains(string name) => IndexOf(name) >= 0;

    /// <summary>The value of the first parameter of that name (case ignored); null when absent or valueless.</summary>
    public string? GetValue(string name)
    {
        int index = IndexOf(name);
        return index < 0 ? null : _items[index].Value;
    }

    /// <summary>Finds the first parameter of that name (case ignored).</summary>
    public bool TryGet(string name, out Parameter parameter)
    {
        int index = IndexOf(name);
        parameter = index < 0 ? default : _items[index];
        return index >= 0;
    }

    /// <summary>The same list with the first parameter of that name replaced, or the new one added at the end.</summary>
    public ParameterList With(string name, string? value = null, bool quoted = false)
    {
        var parameter = new Parameter(name, value, quoted);
        int index = IndexOf(name);
        return index < 0
            ? new ParameterList(_items.IsDefault ? [parameter] : _items.Add(parameter))
            : new ParameterList(_items.SetItem(index, parameter));
    }

    /// <summary>The same list without any parameter of that name.</summary>
    public ParameterList Without(string name) => Contains(name)
        ? new ParameterList(_items.RemoveAll(p => p.Name.Equals(name, StringComparison.OrdinalIgnoreCase)))
        : this;

    /// <inheritdoc/>
    public bool Equals(ParameterList other)
    {
        if (Count != other.Count)
        {
            return false;
        }

        for (int i = 0; i < Count; i++)
        {
            if (!_items[i].Equals(other._items[i]))
            {
                return false;
            }
        }

        return true;
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is ParameterList other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (Parameter item in this)
        {
            hash.Add(item);
        }

        return hash.ToHashCode();
    }

    /// <summary>Equal lists.</summary>
    public static bool operator ==(ParameterList left, ParameterList right) => left.Equals(right);

    /// <summary>Different lists.</summary>
    public static bool operator !=(ParameterList left, ParameterList right) => !left.Equals(right);

    /// <summary>The parameters as they are written, each with its leading semicolon.</summary>
    public override string ToString() => Count == 0 ? string.Empty : ";" + string.Join(';', this);

    /// <inheritdoc/>
    public IEnumerator<Parameter> GetEnumerator() =>
        ((IEnumerable<Parameter>)(_items.IsDefault ? [] : _items)).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>
    /// *( SEMI generic-param ). Reads as long as semicolons follow; white space around them and around the equals sign is
    /// skipped, an empty parameter (<c>;;</c> or a semicolon at the end) is passed over. Stops before a comma or anything else
    /// that is not a parameter; false only when a value is broken (an unterminated quote, an equals sign with nothing behind).
    /// </summary>
    /// <param name="cursor">Where to read; on true it stands behind the last parameter.</param>
    /// <param name="unquoted">What an unquoted name or value may hold.</param>
    /// <param name="parameters">The parameters read, perhaps none.</param>
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

        // Mostly the semicolons ahead are the parameters ahead: one array of the right size.
        Parameter[] items = [];
        int count = 0;
        while (true)
        {
            AsciiCursor ahead = cursor;
            ahead.SkipWhiteSpace();
            if (!ahead.TryRead((byte)';'))
            {
                break;
            }

            ahead.SkipWhiteSpace();
            cursor = ahead;
            ReadOnlySpan<byte> name = cursor.ReadWhile(unquoted);
            if (name.IsEmpty)
            {
                if (cursor.AtEnd || cursor.Peek is (byte)';' or (byte)',')
                {
                    continue;
                }

                return false;
            }

            ahead = cursor;
            ahead.SkipWhiteSpace();
            Parameter parameter;
            if (ahead.TryRead((byte)'='))
            {
                ahead.SkipWhiteSpace();
                cursor = ahead;
                if (cursor.TryReadQuotedString(out ReadOnlySpan<byte> inner))
                {
                    parameter = new Parameter(WellKnownText.GetString(name), QuotedString.Unescape(inner), IsQuoted: true);
                }
                else
                {
                    ReadOnlySpan<byte> value = cursor.ReadWhile(unquoted);
                    if (value.IsEmpty)
                    {
                        return false;
                    }

                    parameter = new Parameter(WellKnownText.GetString(name), WellKnownText.GetString(value));
                }
            }
            else
            {
                parameter = new Parameter(WellKnownText.GetString(name));
            }

            if (count == items.Length)
            {
                Array.Resize(ref items, count == 0 ? Math.Min(1 + cursor.Rest.Count((byte)';'), LikelyCount) : count * 2);
            }

            items[count++] = parameter;
        }

        if (count > 0)
        {
            Array.Resize(ref items, count);
            parameters = new ParameterList(ImmutableCollectionsMarshal.AsImmutableArray(items));
        }

        return true;
    }

    /// <summary>Writes each parameter with its leading semicolon.</summary>
    internal void Write(IBufferWriter<byte> output)
    {
        for (int i = 0; i < Count; i++)
        {
            Parameter item = _items[i];
            SafeText.ThrowIfLineBreaking(item.Name);
            output.WriteByte((byte)';');
            output.WriteUtf8(item.Name);
            if (item.Value is null)
            {
                continue;
            }

            output.WriteByte((byte)'=');
            if (item.IsQuoted)
            {
                QuotedString.Write(output, item.Value);
            }
            else
            {
                SafeText.ThrowIfLineBreaking(item.Value);
                output.WriteUtf8(item.Value);
            }
        }
    }

    private int IndexOf(string name)
    {
        for (int i = 0; i < Count; i++)
        {
            if (_items[i].Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return i;
            }
        }

        return -1;
    }
}
