namespace ImageShare.Core.Sdp;

/// <summary>The offsets of attributes whose faults can only be judged together at the end of the section. 0 means absent.</summary>
internal struct SdpAttributeOffsets
{
    private int _direction;

    /// <summary>The first a=accept-types.</summary>
    public int AcceptTypes { get; private set; }

    /// <summary>The first a=path.</summary>
    public int Path { get; private set; }

    /// <summary>The first a=file-selector.</summary>
    public int Selector { get; private set; }

    /// <summary>The second a=file-selector.</summary>
    public int SecondSelector { get; private set; }

    /// <summary>The second direction attribute.</summary>
    public int SecondDirection { get; private set; }

    /// <summary>The first a=file-range.</summary>
    public int FileRange { get; private set; }

    /// <summary>Records an attribute.</summary>
    public void Note(in SdpAttribute attribute, int offset)
    {
        if (IsDirection(attribute))
        {
            SecondDirection = _direction != 0 && SecondDirection == 0 ? offset : SecondDirection;
            _direction = _direction == 0 ? offset : _direction;
        }
        else if (attribute.Is(SdpAttributes.FileSelectorName))
        {
            SecondSelector = Selector != 0 && SecondSelector == 0 ? offset : SecondSelector;
            Selector = Selector == 0 ? offset : Selector;
        }
        else if (AcceptTypes == 0 && attribute.Is(SdpAttributes.AcceptTypesName))
        {
            AcceptTypes = offset;
        }
        else if (Path == 0 && attribute.Is(SdpAttributes.PathName))
        {
            Path = offset;
        }
        else if (FileRange == 0 && attribute.Is(SdpAttributes.FileRangeName))
        {
            FileRange = offset;
        }
    }

    /// <summary>Whether an attribute is one of the four directions (RFC 8866 §6.7).</summary>
    public static bool IsDirection(in SdpAttribute attribute) =>
        attribute.Is("sendonly") || attribute.Is("recvonly") || attribute.Is("sendrecv") || attribute.Is("inactive");
}
