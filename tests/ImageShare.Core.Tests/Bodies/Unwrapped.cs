using System.Buffers;
using System.Text;
using ImageShare.Core.Bodies;
using ImageShare.Core.Bodies.Unwrapping;
using ImageShare.Core.Tests.Testing;
using ImageShare.Core.Text;

namespace ImageShare.Core.Tests.Bodies;

/// <summary>A part that holds content itself: what it says of itself, and its content.</summary>
internal sealed record Unwrapped(BodyPart Head, byte[] Content, bool IsDamaged)
{
    public override string ToString() => $"{Head.ContentType.Essence} {(IsDamaged ? "damaged" : Encoding.Latin1.GetString(Content))}";

    /// <summary>All parts, the octets given in the pieces they come in.</summary>
    public static (List<Unwrapped> Parts, UnwrapError Error) Read(MediaType type, IEnumerable<ReadOnlyMemory<byte>> pieces, MultipartLimits? limits = null) =>
        Read(type, pieces.Select(p => new ReadOnlySequence<byte>(p)), limits);

    public static (List<Unwrapped> Parts, UnwrapError Error) Read(MediaType type, IEnumerable<ReadOnlySequence<byte>> pieces, MultipartLimits? limits = null)
    {
        var unwrapper = new BodyUnwrapper(type, limits);
        List<Unwrapped> parts = [];
        BodyPart? head = null;
        var content = new MemoryStream();
        bool hasEnded = false;
        foreach (ReadOnlySequence<byte> piece in pieces)
        {
            foreach (ReadOnlyMemory<byte> segment in piece)
            {
                Done(unwrapper.PushAsync(segment));
                Take();
            }
        }

        Done(unwrapper.EndAsync());
        Take();
        Assert.That(hasEnded, Is.EqualTo(unwrapper.Error == UnwrapError.None));
        return (parts, unwrapper.Error);

        void Take()
        {
            while (unwrapper.TryRead(out UnwrapEvent next))
            {
                switch (next.Kind)
                {
                    case UnwrapEventKind.PartBegin:
                        Assert.That(head, Is.Null, "one at a time");
                        head = next.Part;
                        break;
                    case UnwrapEventKind.Content:
                        Assert.That(next.Content.IsEmpty, Is.False);
                        content.Write(next.Content.Span);
                        break;
                    case UnwrapEventKind.PartEnd:
                        parts.Add(new Unwrapped(head!, content.ToArray(), next.IsDamaged));
                        content.SetLength(0);
                        head = null;
                        break;
                    default:
                        hasEnded = true;
                        break;
                }
            }
        }
    }

    /// <summary>Reading waits for nothing: it has ended when the call returns, on the thread of the caller.</summary>
    public static void Done(ValueTask call)
    {
        Assert.That(call.IsCompleted, Is.True);
        call.GetAwaiter().GetResult();
    }

    public static (List<Unwrapped> Parts, UnwrapError Error) Read(string type, string text) =>
        Read(MediaType.Parse(type), [new ReadOnlySequence<byte>(Encoding.Latin1.GetBytes(text))]);

    public static string Print((List<Unwrapped> Parts, UnwrapError Error) read) =>
        string.Join('|', read.Parts) + (read.Error == UnwrapError.None ? null : $" {read.Error}");

    public static IEnumerable<ReadOnlyMemory<byte>> RandomPieces(byte[] octets, Random random)
    {
        for (int start = 0; start < octets.Length;)
        {
            int length = Math.Min(octets.Length - start, random.Next(1, random.Next(2, 40)));
            yield return octets.AsMemory(start, length);
            start += length;
        }
    }

    public static IEnumerable<ReadOnlyMemory<byte>> Singles(byte[] octets) => Segments.Cut(octets, 1);
}
