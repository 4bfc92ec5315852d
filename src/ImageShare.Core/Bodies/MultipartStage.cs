using System.Diagnostics.CodeAnalysis;
using ImageShare.Core.Text;

namespace ImageShare.Core.Bodies;

/// <summary>A multipart that comes in pieces: feeds them to the MIME reader, and what that has found to the parts.</summary>
[SuppressMessage("Reliability", "CA1001", Justification = "The stream holds memory only, and nobody waits on it when the message is given up.")]
internal sealed class MultipartStage : UnwrapStage
{
    private readonly UnwrapOutput _output;
    private readonly EntityStream _octets;
    private readonly PieceReader _reader;
    private readonly int _depth;
    private readonly Task _reading;
    private UnwrapStage? _part;

    public MultipartStage(MediaType type, UnwrapOutput output, int depth)
    {
        (_output, _depth) = (output, depth);
        _octets = new EntityStream(output.Limits.MaxHeaderLength);
        _reader = new PieceReader(type, _octets, output, depth);
        _reading = ReadAsync();
    }

    public override async ValueTask PushAsync(ReadOnlyMemory<byte> octets)
    {
        if (!_reading.IsCompleted)
        {
            await _octets.FeedAsync(octets).ConfigureAwait(false);
        }

        await TakeAsync().ConfigureAwait(false);
    }

    public override async ValueTask EndAsync()
    {
        _octets.End();
        await _reading.ConfigureAwait(false);
        await TakeAsync().ConfigureAwait(false);
    }

    private async Task ReadAsync()
    {
        try
        {
            await _reader.ReadEntityAsync(CancellationToken.None).ConfigureAwait(false);
        }
        finally
        {
            _octets.Release();
        }
    }

    private async ValueTask TakeAsync()
    {
        foreach (PieceReader.Note note in _reader.Notes)
        {
            switch (note.Kind)
            {
                case PieceReader.NoteKind.Begin:
                    // What was a multipart to MimeKit as well has been opened.
                    _part = note.Head!.IsMultipart ? new ContentStage(note.Head, _output) : For(note.Head, _output, note.Depth);
                    break;
                case PieceReader.NoteKind.Content:
                    await _part!.PushAsync(_reader.ContentOf(note)).ConfigureAwait(false);
                    break;
                case PieceReader.NoteKind.End when note.WasOpened:
                    _output.EndPart(isDamaged: true);
                    break;
                default:
                    await _part!.EndAsync().ConfigureAwait(false);
                    break;
            }
        }

        _reader.Clear();
        if (_reader.Error != UnwrapError.None)
        {
            _output.Fail(_reader.Error);
        }
    }
}
