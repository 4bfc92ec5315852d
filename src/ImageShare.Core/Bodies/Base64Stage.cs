using System.Buffers;
using System.Buffers.Text;

namespace ImageShare.Core.Bodies;

/// <summary>
/// Decodes base64 as it comes, by the rules of <see cref="TransferEncodings.TryDecodeBase64"/>: white space is passed over, padding may be left out,
/// anything else that is not of the alphabet, or behind the padding, damages it.
/// </summary>
internal sealed class Base64Stage(UnwrapOutput output)
{
    private const int GroupLength = 1024;

    private readonly byte[] _group = new byte[GroupLength];
    private int _length;
    private bool _hasPadding;
    private bool _isComplete;

    public bool IsDamaged { get; private set; }

    public void Push(ReadOnlySpan<byte> octets)
    {
        foreach (byte octet in octets)
        {
            if (IsDamaged || octet is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
            {
                continue;
            }

            IsDamaged |= _isComplete;
            _group[_length++] = octet;
            _hasPadding |= octet == '=';
            if (_length == GroupLength || (_hasPadding && _length % 4 == 0))
            {
                Decode();
                _isComplete = _hasPadding;
            }
        }
    }

    public void End()
    {
        int rest = _length % 4;
        IsDamaged |= rest == 1 || (rest > 0 && _hasPadding);
        if (rest > 0 && !IsDamaged)
        {
            _group.AsSpan(_length, 4 - rest).Fill((byte)'=');
            _length += 4 - rest;
        }

        Decode();
    }

    private void Decode()
    {
        if (IsDamaged || _length == 0)
        {
            return;
        }

        OperationStatus status = Base64.DecodeFromUtf8(_group.AsSpan(0, _length), output.Room(_length), out _, out int written);
        IsDamaged = status != OperationStatus.Done;
        output.Written(IsDamaged ? 0 : written);
        _length = 0;
    }
}
