using ImageShare.Core.Text;

namespace ImageShare.Core.Sip.Headers;

/// <summary>
/// A part of a header's value that is read from the message when it is first asked for; then the message is not kept in memory any longer. It belongs in a field that is not
/// readonly. Any number of threads may ask at a time: each reads the same.
/// </summary>
/// <typeparam name="T">What the part is; not an array of bytes.</typeparam>
internal struct UnreadPart<T>
    where T : class
{
    private readonly int _start;
    private readonly int _length;

    // The part, and before it was read, the bytes of the message.
    private object _partOrBytes;

    public delegate T Reader(ReadOnlySpan<byte> text);

    public UnreadPart(T part) => _partOrBytes = part;

    /// <param name="text">What the reader given to <see cref="Get"/> can read.</param>
    public UnreadPart(TextSlice text) => (_partOrBytes, _start, _length) = (text.Bytes, text.Start, text.Length);

    public T Get(Reader reader) => _partOrBytes as T ?? Read(reader);

    private T Read(Reader reader)
    {
        object current = _partOrBytes;
        if (current is byte[] bytes)
        {
            current = reader(bytes.AsSpan(_start, _length));
            _partOrBytes = current;
        }

        return (T)current;
    }
}
