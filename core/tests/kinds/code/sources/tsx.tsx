import React, { useState } from 'react';

interface Props {
  label: string;
  onClose?: () => void;
}

export function Badge({ label }: Props) {
  const [open, setOpen] = useState<boolean>(true);
  const left_to_do = label.length > 10 ? label.slice(0, 10) : label;
  if (!open) {
    return <span className="closed" />;
  }
  return (
    <div className="badge">
      <b>{left_to_do}</b>
      <button onClick={() => setOpen(false)}>close</button>
    </div>
  );
}

export const List = ({ items }: { items: string[] }) => {
  const sorted = [...items].sort();
  const unique = sorted.filter((item, index) => sorted.indexOf(item) === index);
  return <ul>{unique.map((item) => <Badge key={item} label={item} />)}</ul>;
};
